import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import { between, subset } from "../draw.ts";
import type { Example } from "../example.ts";
import { range, type SequenceTask, sequenceLength } from "../task/task.ts";
import { BLANK, END, SEPARATOR, type Vocabulary } from "../vocabulary.ts";
import { checkLengths, consecutive, type Source } from "./source.ts";

/** A question about the items of an input. */
export interface HintRule {
  /** The name of its task token. */
  readonly name: string;
  /** One sentence: what is asked and answered. */
  readonly describe: string;
  /** The most tokens that query and answer have for n items. */
  readonly tokens: (n: number) => number;
  /** The tokens of query and answer; the answer's are the targets. `spare` is how many tokens more than `tokens(n)` there is room for. */
  readonly ask: (
    random: Random,
    items: readonly number[],
    context: { readonly vocabulary: Vocabulary; readonly task: SequenceTask; readonly spare: number },
  ) => { readonly query: readonly number[]; readonly answer: readonly number[] };
}

const any = (random: Random, items: readonly number[]): number => items[random.integer(items.length)]!;
const ascending = (items: readonly number[]): number[] => [...items].sort((a, b) => a - b);

/** An element → the next larger element, the end after the maximum. */
export const successor: HintRule = {
  name: "successor",
  describe: "An element, answered by the next larger one.",
  tokens: () => 2,
  ask(random, items, { vocabulary }) {
    const asked = any(random, items);
    const next = ascending(items).find((item) => item > asked);
    return {
      query: [vocabulary.symbol(asked)],
      answer: [next === undefined ? END : vocabulary.symbol(next)],
    };
  },
};

/** An element → the next smaller element, the end before the minimum. */
export const predecessor: HintRule = {
  name: "predecessor",
  describe: "An element, answered by the next smaller one.",
  tokens: () => 2,
  ask(random, items, { vocabulary }) {
    const asked = any(random, items);
    const next = ascending(items).findLast((item) => item < asked);
    return {
      query: [vocabulary.symbol(asked)],
      answer: [next === undefined ? END : vocabulary.symbol(next)],
    };
  },
};

/** An element → how often it occurs, as a number token. */
export const count: HintRule = {
  name: "count",
  describe: "An element, answered by how often it occurs.",
  tokens: () => 2,
  ask(random, items, { vocabulary }) {
    const asked = any(random, items);
    const times = items.filter((item) => item === asked).length;
    return { query: [vocabulary.symbol(asked)], answer: [vocabulary.number(times)] };
  },
};

/** The sorted items with some of them blanked, then the separator → the blanked ones and the end. */
export const fill: HintRule = {
  name: "fill",
  describe: "The sorted items with blanks, answered by the missing ones.",
  tokens: (n) => n + 3,
  ask(random, items, { vocabulary, spare }) {
    const blanks = subset(random, between(random, 1, Math.min(items.length, 1 + spare)), items.length);
    const sorted = ascending(items).map(vocabulary.symbol);
    return {
      query: [...sorted.map((token, i) => (blanks.includes(i) ? BLANK : token)), SEPARATOR],
      answer: [...blanks.map((i) => sorted[i]!), END],
    };
  },
};

/** No query → the smallest item. */
export const min: HintRule = {
  name: "min",
  describe: "No question, answered by the smallest item.",
  tokens: () => 1,
  ask: (_, items, { vocabulary }) => ({ query: [], answer: [vocabulary.symbol(Math.min(...items))] }),
};

/** No query → the largest item. */
export const max: HintRule = {
  name: "max",
  describe: "No question, answered by the largest item.",
  tokens: () => 1,
  ask: (_, items, { vocabulary }) => ({ query: [], answer: [vocabulary.symbol(Math.max(...items))] }),
};

/** The j smallest items in order, then the separator → the remaining items in input order, and the end. */
export const setDifference: HintRule = {
  name: "set-difference",
  describe: "The smallest items, answered by the others in the order of the input.",
  tokens: (n) => n + 2,
  ask(random, items, { vocabulary }) {
    const order = range(0, items.length).sort((a, b) => items[a]! - items[b]! || a - b);
    const taken = order.slice(0, random.integer(items.length + 1));
    return {
      query: [...taken.map((i) => vocabulary.symbol(items[i]!)), SEPARATOR],
      answer: [...items.filter((_, i) => !taken.includes(i)).map(vocabulary.symbol), END],
    };
  },
};

/**
 * An element of the answer → the one that the task's output has after it, the end after the last: the hint that every task with distinct
 * outputs has. For reversal the element before it in the input; for sorting it is `successor`.
 */
export const following: HintRule = {
  name: "following",
  describe: "An element of the answer, answered by the one after it.",
  tokens: () => 2,
  ask(random, items, { vocabulary, task }) {
    const output = task.solve(items);
    if (new Set(output).size < output.length)
      throw new OutriggerError(
        "bad-option",
        `${task.name} repeats outputs: what follows one is not decided.`,
      );
    const t = random.integer(output.length);
    const next = output[t + 1];
    return {
      query: [vocabulary.symbol(output[t]!)],
      answer: [next === undefined ? END : vocabulary.symbol(next)],
    };
  },
};

/** One example of a hint with items of the given length: [hint] items [separator] query answer. `room` is how many tokens there may be. */
export function hintExample(
  random: Random,
  task: SequenceTask,
  rule: HintRule,
  vocabulary: Vocabulary,
  { length, room }: { length: number; room: number },
): Example {
  const items = task.sample(random, length).input;
  const spare = Math.max(0, room - hintLength(task, rule, length));
  const { query, answer } = rule.ask(random, items, { vocabulary, task, spare });
  const start = [vocabulary.task(rule.name), ...items.map(vocabulary.symbol), SEPARATOR, ...query];
  return consecutive([...start, ...answer], start.length);
}

/** The most tokens that a hint has whose items are an input of the given length, with as few targets as it can have. */
export const hintLength = (task: SequenceTask, rule: HintRule, length: number): number =>
  2 + task.inputLength(length) + rule.tokens(task.inputLength(length));

/**
 * Hints: questions about short inputs of the main task whose answers are a step of its solution, each with a task token of its own.
 *
 * Lengths are uniform from shortest to the largest one, n at most, whose hint has no more tokens than the longest training sequence,
 * sequenceLength(n) = inputLength(n) + outputLength(n) + 3; so `fill` and `setDifference`, which show the items twice, stop at n - 1 for sorting.
 *
 * @param options.trainLength n, the longest length that the main task is trained at.
 * @param options.shortest default: the task's minimum.
 * @throws OutriggerError `bad-option` for lengths out of order, a hint without a token or one that does not fit.
 * Source: Awasthi and Gupta, "Improving Length-Generalization in Transformers via Task Hinting", 2023, https://arxiv.org/abs/2310.00726
 * (successor, count, fill); Cai et al., "Extrapolation by Association", 2025, https://arxiv.org/abs/2506.09251 (min, set difference). Formats
 * are ours.
 */
export function hint(
  task: SequenceTask,
  rule: HintRule,
  vocabulary: Vocabulary,
  { trainLength, shortest = task.minimum }: { trainLength: number; shortest?: number },
): Source {
  const room = sequenceLength(task, trainLength);
  const fits = range(shortest, trainLength + 1).filter((length) => hintLength(task, rule, length) <= room);
  const longest = fits.at(-1) ?? Number.NaN;
  checkLengths(
    `The hint "${rule.name}" of ${task.name} within ${room} tokens`,
    task.minimum,
    shortest,
    longest,
  );
  vocabulary.task(rule.name);
  return {
    name: `${task.name}/${rule.name}`,
    longest: room,
    largestPosition: room - 1,
    draw: (random) =>
      hintExample(random, task, rule, vocabulary, { length: between(random, shortest, longest), room }),
  };
}
