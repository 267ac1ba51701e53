import type { CompileOptions } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import { type AttentionSupport, attentionMaps, wrongAttention } from "../evaluate/attention-map.ts";
import type { Example } from "../example.ts";
import type { Decoder, DecoderParams } from "../model/decoder.ts";
import { headMargins } from "./head-margin.ts";
import { restrictContext } from "./restrict-context.ts";
import { ratioAtLength, safeLength } from "./safe-length.ts";

/** What the bound says of one head, from restrictions alone, and what is so at full length. */
export interface HeadPrediction {
  /** Pass through a block, and head, both from 0. */
  readonly pass: number;
  readonly head: number;
  /** ε, the mean ratio of wrong to right attention on restrictions. */
  readonly restricted: number;
  /** r_N by the bound, at the mean context of the examples. */
  readonly predicted: number;
  /** The mean ratio in the whole contexts. */
  readonly measured: number;
  /** γ, the margin that all but 5 % of the restrictions have. */
  readonly margin: number;
  /** B, the greatest norm of a value vector on restrictions. */
  readonly valueBound: number;
  /** Tokens of context up to which the bound holds; Infinity where the head can do no harm, undefined where it says nothing. */
  readonly safe?: number;
}

/** See {@link predictSafeLengths}. */
export interface SafeLengths {
  /** k. */
  readonly support: number;
  /** n. */
  readonly kept: number;
  /** Mean N of the contexts. */
  readonly context: number;
  readonly restrictions: number;
  /** Share of the restrictions that are predicted right. */
  readonly right: number;
  readonly heads: readonly HeadPrediction[];
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * The length up to which the bound holds, head by head: from how much attention goes astray on restrictions to n tokens, how far the head may be moved
 * there, and how long its values are there ({@link safeLength}), beside what is so in the whole contexts.
 *
 * Our reconstruction, a motivation and not a proof: with several layers hidden states change when tokens are left out; the margin is of first order
 * and takes one head alone to be moved; and a head that has nothing to do with the support is as safe as its margin says.
 *
 * @param options.examples whole ones of one length.
 * @param options.supports where a query of each should look; those with the most common size k are taken.
 * @param options.kept n; at most the smallest context.
 * @throws OutriggerError `bad-option` where n does not lie between the support and the contexts.
 */
export async function predictSafeLengths(
  decoder: Decoder,
  params: DecoderParams,
  options: {
    readonly examples: readonly Example[];
    readonly supports: readonly AttentionSupport[];
    readonly kept: number;
    readonly random: Random;
    readonly compile?: Omit<CompileOptions, "random">;
  },
): Promise<SafeLengths> {
  const { kept, random, compile = {} } = options;
  const support = commonest(options.supports.map(({ keys }) => keys.length));
  const pairs = options.examples.flatMap((example, i) => {
    const each = options.supports[i];
    return each?.keys.length === support && each.query >= kept ? [{ example, support: each }] : [];
  });
  if (pairs.length === 0 || kept <= support)
    throw new OutriggerError(
      "bad-option",
      `No context of more than ${kept} tokens has a support of ${support} within ${kept}: take longer sequences.`,
      { kept, support },
    );
  const restricted = pairs.map((pair) => restrictContext(pair.example, pair.support, kept, random));
  const parts = restricted.map(({ example }) => example);
  const short = await attentionMaps(decoder, params, parts, compile);
  const astray = wrongAttention(
    short,
    restricted.map((each) => each.support),
  );
  const whole = wrongAttention(
    await attentionMaps(
      decoder,
      params,
      pairs.map(({ example }) => example),
      compile,
    ),
    pairs.map((pair) => pair.support),
  );
  const { margins, logits } = await headMargins(decoder, params, parts, compile);
  const context = mean(pairs.map((pair) => pair.support.query + 1));
  const heads = astray.flatMap((row, pass) =>
    row.map((ratios, head): HeadPrediction => {
      const ratio = mean(ratios);
      const margin = lowest(
        margins[pass]![head]!.filter((each) => each > 0),
        0.05,
      );
      const valueBound = short.valueBounds[pass]![head]!;
      const finite = Number.isFinite(ratio) && margin !== undefined;
      return {
        pass,
        head,
        restricted: ratio,
        predicted: finite ? ratioAtLength(ratio, { length: Math.round(context), kept, support }) : Infinity,
        measured: mean(whole[pass]![head]!),
        margin: margin ?? 0,
        valueBound,
        ...(finite && { safe: safeLength({ restricted: ratio, kept, support, margin, valueBound }) }),
      };
    }),
  );
  return {
    support,
    kept,
    context,
    restrictions: pairs.length,
    right: logits.filter((margin) => margin > 0).length / pairs.length,
    heads,
  };
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}

/** The value below which a part of all lies. */
function lowest(values: readonly number[], part: number): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(part * values.length)];
}
