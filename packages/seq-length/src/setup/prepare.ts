import type { Random } from "@outrigger/core/random";
import { COUPLED_PREDICTION } from "../auxiliary/coupled-prediction.ts";
import type { Source } from "../auxiliary/source.ts";
import { coupledPositions, whole } from "../auxiliary/whole.ts";
import { auxiliaryNamed, hints } from "../catalogue/auxiliaries.ts";
import { positionNamed } from "../catalogue/positions.ts";
import { scaleNamed } from "../catalogue/scales.ts";
import { taskNamed } from "../catalogue/tasks.ts";
import type { TestOptions } from "../evaluate/by-length.ts";
import type { Example } from "../example.ts";
import { type Decoder, makeDecoder } from "../model/decoder.ts";
import { abacusPositions } from "../positions/abacus.ts";
import { offsetPositions } from "../positions/offset.ts";
import { randomizedPositions } from "../positions/randomized.ts";
import { type Instance, type SequenceTask, sequenceLength } from "../task/task.ts";
import { type MixedTask, placed } from "../train/mixture.ts";
import { SEPARATOR, type Vocabulary, vocabulary } from "../vocabulary.ts";
import type { Configuration } from "./configuration.ts";

/** What a configuration stands for. */
export interface Prepared {
  readonly configuration: Configuration;
  readonly task: SequenceTask;
  readonly vocabulary: Vocabulary;
  readonly decoder: Decoder;
  /** The main task first. */
  readonly tasks: readonly MixedTask[];
  /** Gives test sequences their position ids; absent where they are 0, 1, 2, …. */
  readonly place?: NonNullable<TestOptions["place"]>;
}

/**
 * Makes task, vocabulary, decoder and sources of a configuration.
 *
 * All arms of one task have the same vocabulary, with the tokens of all hints, so that the same seed starts them from the same parameters; number tokens
 * and the token of a related task come with the auxiliaries that need them.
 *
 * @throws OutriggerError `bad-option` for what does not fit together.
 */
export function prepare(configuration: Configuration): Prepared {
  const { symbols, trainLength, shortest, long, ids, share } = configuration;
  const task = taskNamed(configuration.task, symbols);
  const auxiliaries = configuration.auxiliary.map((name) => auxiliaryNamed(name, symbols));
  const related = auxiliaries.flatMap((auxiliary) => auxiliary.related ?? []);
  const words = vocabulary({
    symbols: Math.max(...[task, ...related].map(({ alphabet }) => alphabet.length)),
    tasks: [
      ...new Set([
        task.name,
        ...hints.map(({ name }) => name),
        COUPLED_PREDICTION,
        ...related.map(({ name }) => name),
      ]),
    ],
    numbers: auxiliaries.some(({ numbers }) => numbers) ? sequenceLength(task, long) + 1 : 0,
  });
  const coupled = ids === "coupled";
  const main = whole(task, words, {
    lengths: [shortest, trainLength],
    positions: coupled ? "coupled" : "consecutive",
  });
  const context = {
    task,
    vocabulary: words,
    trainLength,
    long,
    shortest,
    positions: coupled ? ("coupled" as const) : ("kept" as const),
  };
  const decoder = makeDecoder({
    vocabulary: words.size,
    size: configuration.size,
    heads: configuration.heads,
    layers: configuration.layers,
    loops: configuration.loops,
    positions: positionNamed(configuration.position, configuration.idRange),
    scale: scaleNamed(configuration.scale, trainLength),
  });
  const rules = placing(configuration, task, words, decoder.options.positions.ids !== undefined);
  const mixed = (name: string, role: MixedTask["role"], source: Source, part: number): MixedTask => ({
    name,
    role,
    share: part,
    source: rules.train ? placed(source, rules.train(source)) : source,
  });
  const part = share / Math.max(1, auxiliaries.length);
  return {
    configuration,
    task,
    vocabulary: words,
    decoder,
    tasks: [
      mixed(task.name, "primary", main, auxiliaries.length > 0 ? 1 - share : 1),
      ...auxiliaries.map((each) => mixed(each.name, "auxiliary", each.source(context), part)),
    ],
    ...(rules.test && { place: rules.test }),
  };
}

type Place = NonNullable<TestOptions["place"]>;

/** How ids are given in training, source by source, and in test. */
function placing(
  { ids, idRange }: Configuration,
  task: SequenceTask,
  words: Vocabulary,
  table: boolean,
): { train?: (source: Source) => Place; test?: Place } {
  const drawn: Place = (example, random) => randomizedPositions(example, random, idRange);
  /** A random start as far as the table reaches; roles start from 1. */
  const started =
    (from: number, largest: (source: Source) => number) =>
    (source: Source): Place =>
    (example: Example, random: Random) =>
      offsetPositions(example, random, { from, largest: Math.max(0, largest(source)) });
  const room = (source: Source): number => idRange - 1 - source.largestPosition;
  const digits: Place = (example) => abacusPositions(example, (token) => isDigit(token, task, words));
  switch (ids) {
    case "randomized":
      return { train: () => drawn, test: drawn };
    case "offset":
      return { train: started(0, room) };
    case "coupled": {
      const test: Place = (example) => ({
        ...example,
        positions: coupledPositions(task, instanceOf(example, words)),
      });
      return table ? { train: started(1, room), test } : { test };
    }
    case "abacus": {
      // 99, as in the paper.
      const start = started(1, (source) => Math.min(99, room(source)));
      return {
        train: (source) => (example, random) => start(source)(digits(example, random), random),
        test: digits,
      };
    }
    default:
      return {};
  }
}

function isDigit(token: number, task: SequenceTask, words: Vocabulary): boolean {
  const symbol = token - words.symbol(0);
  return symbol >= 0 && /^\d+$/.test(task.alphabet[symbol] ?? "");
}

/** Input and output of a whole example. */
export function instanceOf({ tokens }: Example, words: Vocabulary): Instance {
  const separator = tokens.indexOf(SEPARATOR);
  const symbols = (part: readonly number[]): number[] => part.map((token) => token - words.symbol(0));
  return { input: symbols(tokens.slice(1, separator)), output: symbols(tokens.slice(separator + 1, -1)) };
}
