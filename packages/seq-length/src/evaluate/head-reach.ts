import type { CompileOptions } from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import { wholeExample } from "../auxiliary/whole.ts";
import { ratioAtLength, safeLength } from "../bound/safe-length.ts";
import { between, subset } from "../draw.ts";
import type { Example } from "../example.ts";
import type { Decoder, DecoderParams } from "../model/decoder.ts";
import { range, type SequenceTask } from "../task/task.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { type AttentionSupport, attentionMaps, wrongAttention } from "./attention-map.ts";
import { supportAt } from "./support-at.ts";

export interface HeadReachOptions extends Omit<CompileOptions, "random"> {
  readonly task: SequenceTask;
  readonly vocabulary: Vocabulary;
  /** Length of the long instances. */
  readonly length: number;
  /** n, the tokens that a restriction keeps; more than any support and no more than the shortest context has. */
  readonly kept: number;
  /** How many long contexts, each of an instance and a step of its own. Default 64. */
  readonly contexts?: number;
  /** Restrictions of each. Default 4. */
  readonly restrictions?: number;
}

/** What one head's attention on short restrictions says of long contexts. */
export interface HeadReach {
  /** Of the passes through blocks, from 0. */
  readonly pass: number;
  readonly head: number;
  /** Mean attention on the inputs of the support, on restrictions: how much the head reads what decides the answer. */
  readonly reading: number;
  /** ε: mean ratio of wrong to right attention on restrictions. */
  readonly restricted: number;
  /** Mean ratio in the whole contexts, as the restrictions predict it. */
  readonly predicted: number;
  /** Mean ratio in the whole contexts, as it is. */
  readonly measured: number;
  /** Tokens of the longest context in which right attention is still expected to outweigh wrong attention. */
  readonly safeTokens: number;
}

/** A long context as an example, the place of its query and of its support, and the inputs among the latter. */
interface Whole {
  readonly example: Example;
  readonly support: AttentionSupport;
  readonly inputs: readonly number[];
}

function drawWhole(random: Random, { task, vocabulary, length }: HeadReachOptions): Whole {
  const instance = task.sample(random, length);
  const t = between(random, 1, instance.output.length - 1);
  const support = supportAt(task, instance.input, t);
  const inputs = task.sparse!.support(instance.input, t).inputs.map((i) => i + 1);
  return { example: wholeExample(task, instance, vocabulary), support, inputs };
}

/** n tokens of a context that hold its support, every set as likely, with their position ids, and the target. */
function restrict(random: Random, { example, support, inputs }: Whole, kept: number): Whole {
  const { query, keys } = support;
  const others = range(0, query + 1).filter((i) => !keys.includes(i));
  const more = subset(random, kept - keys.length, others.length).map((i) => others[i]!);
  const places = [...keys, ...more].sort((a, b) => a - b);
  const all = [...places, query + 1];
  return {
    example: {
      tokens: all.map((i) => example.tokens[i]!),
      positions: all.map((i) => example.positions[i]!),
      targets: [kept],
    },
    support: { query: kept - 1, keys: keys.map((key) => places.indexOf(key)) },
    inputs: inputs.map((i) => places.indexOf(i)),
  };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Predicts from short restrictions of long contexts how long a context every head can stand, and measures the long contexts beside it.
 *
 * For each context (a long instance up to a step between its first and its end) restrictions to n tokens are drawn uniformly among those that hold
 * the support S; ε = E_R[r_R] is the mean ratio of wrong to right attention of the query, and r_N = (N − k)/(n − k) · ε the prediction for N
 * tokens ({@link ratioAtLength}). `safeTokens` is {@link safeLength} with the margin γ = B, half of the largest shift 2B: the longest
 * context with r_N < 1. Task token, separator and the query itself count as right, since no restriction takes them away; a head
 * that looks only there has a long reach and reads nothing, so ask the head with the largest `reading`.
 *
 * Our reconstruction of why training on restrictions holds at length, with a margin of our own choice: exact in the mean for a first layer,
 * whose logits depend on tokens and ids alone, a motivation for later ones, and no guarantee of a whole model's answers.
 *
 * @returns one a pass and head, in that order; `safeTokens` is 0 where a restriction has no right attention at all.
 * @throws OutriggerError `bad-option` for a task without a sparse rule, or when n does not lie between support and context.
 * Cost: two compilations, and contexts · steps² attention weights a head.
 */
export async function headReach(
  decoder: Decoder,
  params: DecoderParams,
  random: Random,
  options: HeadReachOptions,
): Promise<HeadReach[]> {
  const {
    task: _,
    vocabulary: _words,
    length: _length,
    kept,
    contexts = 64,
    restrictions = 4,
    ...compile
  } = options;
  const wholes = Array.from({ length: contexts }, () => drawWhole(random, options));
  const parts = wholes.flatMap((whole) =>
    Array.from({ length: restrictions }, () => restrict(random, whole, kept)),
  );
  const maps = (list: readonly Whole[]) =>
    attentionMaps(
      decoder,
      params,
      list.map(({ example }) => example),
      compile,
    );
  const long = await maps(wholes);
  const short = await maps(parts);
  const measured = wrongAttention(
    long,
    wholes.map(({ support }) => support),
  );
  const restricted = wrongAttention(
    short,
    parts.map(({ support }) => support),
  );
  const beside = wrongAttention(
    short,
    parts.map(({ support: { query }, inputs }) => ({ query, keys: inputs })),
  );
  const support = Math.max(...wholes.map(({ support: { keys } }) => keys.length));
  return restricted.flatMap((heads, pass) =>
    heads.map((ratios, head) => {
      const epsilon = mean(ratios);
      const predicted = wholes.map(({ support: { query, keys } }, i) => {
        const own = mean(ratios.slice(i * restrictions, (i + 1) * restrictions));
        const size = { length: query + 1, kept, support: keys.length };
        return Number.isFinite(own) ? ratioAtLength(own, size) : own;
      });
      return {
        pass,
        head,
        reading: mean(beside[pass]![head]!.map((ratio) => 1 / (1 + ratio))),
        restricted: epsilon,
        predicted: mean(predicted),
        measured: mean(measured[pass]![head]!),
        safeTokens: Number.isFinite(epsilon)
          ? safeLength({ restricted: epsilon, kept, support, margin: 1, valueBound: 1 })
          : 0,
      };
    }),
  );
}
