import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import { between, subset } from "../draw.ts";
import type { Example } from "../example.ts";
import {
  type Instance,
  range,
  type SequenceTask,
  type SparseRule,
  type Support,
  sequenceLength,
} from "../task/task.ts";
import { END, SEPARATOR, type Vocabulary } from "../vocabulary.ts";
import { checkLengths, type Source } from "./source.ts";
import { coupledPositions } from "./whole.ts";

export interface RestrictionOptions {
  /** n: the longest length that the main task is trained at. */
  trainLength: number;
  /** N_max: instances have a length of n … N_max before they are restricted. */
  longest: number;
  /** "kept": the ids of the long instance. "renumbered": 0, 1, 2, …, a control. "coupled": the long instance's coupled ids. Default "kept". */
  positions?: "kept" | "renumbered" | "coupled";
  /**
   * "keep": what is kept holds the support, and the target is that of the long instance. "recompute": any part of the input, and the
   * target is the task's answer for that part. Default "keep".
   */
  support?: "keep" | "recompute";
  /** The shortest length whose size a restriction may have. Default: the task's minimum, at least 2. */
  shortest?: number;
}

/** What is left of a long instance, and what is asked. */
interface Restricted {
  readonly instance: Instance;
  readonly inputs: readonly number[];
  /** Symbols of the kept outputs and the indices that they stand at. */
  readonly outputs: readonly { readonly at: number; readonly symbol: number }[];
  readonly target: number | "end";
}

/**
 * Random restrictions of long instances: the auxiliary task that makes short training hold at long lengths.
 *
 * An instance of length N, uniform in n … N_max, and an output step t, uniform in 0 … M (M asks for the end), are drawn. Of the inputs the
 * support S(x, t) is kept and others, every set as likely, up to a size drawn for a length uniform in shortest … n; of the outputs before t
 * the support, output t - 1, which is what the target follows, and 0 … t others. Task token and separator stay. The one target is output t.
 * The task token is the main task's: the model is not told that something is missing.
 *
 * How long a restriction is. It keeps at most inputLength(n) input items, as many as the longest main-task input, and has at most
 * sequenceLength(n) = inputLength(n) + outputLength(n) + 3 tokens, target included, as many as the longest training sequence. Where
 * the support alone is larger, instance and step are drawn again: steps with a large support (many copies) come less often.
 *
 * What a restriction reveals: position ids and statistics of long instances, and which tokens matter. No training sequence is long.
 *
 * The idea, random n-length restrictions of the long distribution trained together with the short one, is that of Awasthi, Gupta and Kumar,
 * "Length Generalization via Auxiliary Tasks", NeurIPS 2025, https://openreview.net/forum?id=QL3J1fyAFv; this construction is our
 * reconstruction from its abstract and a review, with support "keep" and "recompute" as two readings of it, neither claimed to be theirs.
 *
 * @throws OutriggerError `bad-option` for a task without a sparse rule ("keep") or whose parts are no inputs ("recompute"), renumbered ids
 * with a rule that counts positions, coupled ids of a task that has none or together with "recompute", lengths out of order; `unsupported`
 * from `draw` when no support of 1000 draws fits.
 * Cost: one instance of length N a draw.
 */
export function restriction(
  task: SequenceTask,
  vocabulary: Vocabulary,
  {
    trainLength,
    longest,
    positions = "kept",
    support = "keep",
    shortest = Math.max(2, task.minimum),
  }: RestrictionOptions,
): Source {
  checkLengths(`A restriction of ${task.name}`, task.minimum, shortest, trainLength);
  checkLengths(`A restriction of ${task.name}`, trainLength, trainLength, longest);
  vocabulary.task(task.name);
  const restrict = support === "keep" ? keeping(task, positions) : recomputing(task, positions);
  const tokens = sequenceLength(task, trainLength);
  return {
    name: `${task.name}/restriction`,
    longest: tokens,
    largestPosition: (positions === "renumbered" ? tokens : sequenceLength(task, longest)) - 1,
    draw(random) {
      for (let attempt = 0; attempt < 1000; attempt++) {
        const instance = task.sample(random, between(random, trainLength, longest));
        const size = between(random, shortest, trainLength);
        const budget = { inputs: task.inputLength(size), outputs: task.outputLength(size) };
        const most = { inputs: task.inputLength(trainLength), outputs: task.outputLength(trainLength) };
        const restricted = restrict(random, instance, budget, most);
        if (restricted !== undefined) return encode(task, vocabulary, restricted, positions);
      }
      throw new OutriggerError(
        "unsupported",
        `No support of ${task.name} at length ${trainLength} to ${longest} fits length ${trainLength}; raise trainLength or lower longest.`,
      );
    },
  };
}

interface Sizes {
  readonly inputs: number;
  readonly outputs: number;
}
type Restrict = (random: Random, instance: Instance, budget: Sizes, most: Sizes) => Restricted | undefined;

/** `needed` and a uniformly random set of the other indices 0 … n - 1: `size` in all, or `needed` alone if it is larger. */
function around(random: Random, needed: readonly number[], n: number, size: number): number[] {
  const others = range(0, n).filter((i) => !needed.includes(i));
  const more = Math.max(0, Math.min(size, n) - needed.length);
  return [...needed, ...subset(random, more, others.length).map((i) => others[i]!)].sort((a, b) => a - b);
}

function keeping(task: SequenceTask, positions: RestrictionOptions["positions"]): Restrict {
  const rule = sparseRule(task, positions);
  return (random, instance, budget, most) => {
    const { input, output } = instance;
    const t = random.integer(output.length + 1);
    const needed: Support = rule.support(input, t);
    const emitted = t === 0 ? [] : [...new Set([...needed.outputs, t - 1])];
    if (needed.inputs.length > most.inputs || emitted.length > most.outputs) return undefined;
    const inputs = around(random, needed.inputs, input.length, budget.inputs);
    const outputs = around(random, emitted, t, random.integer(Math.min(t, budget.outputs) + 1));
    return {
      instance,
      inputs,
      outputs: outputs.map((at) => ({ at, symbol: output[at]! })),
      target: output[t] ?? "end",
    };
  };
}

function sparseRule(task: SequenceTask, positions: RestrictionOptions["positions"]): SparseRule {
  if (task.sparse === undefined)
    throw new OutriggerError(
      "bad-option",
      `${task.name} has no restrictions that keep the answer: ${task.dense}`,
    );
  if (positions === "renumbered" && task.sparse.positional)
    throw new OutriggerError(
      "bad-option",
      `The answer of ${task.name} depends on position ids; renumbered, a restriction does not decide it. Keep the ids.`,
    );
  if (positions === "coupled" && task.coupling === undefined)
    throw new OutriggerError("bad-option", `${task.name} has no coupled positions; keep the ids.`);
  return task.sparse;
}

/** Outputs of the part stand at output indices of the long instance, drawn at random and ascending. */
function recomputing(task: SequenceTask, positions: RestrictionOptions["positions"]): Restrict {
  if (!task.closed)
    throw new OutriggerError(
      "bad-option",
      `A part of an input of ${task.name} is not an input; keep the support.`,
    );
  if (positions === "coupled")
    throw new OutriggerError("bad-option", "Recomputed answers have no coupled positions; keep the ids.");
  return (random, instance, budget) => {
    const { input } = instance;
    const inputs = subset(random, Math.min(budget.inputs, input.length), input.length);
    const answer = task.solve(inputs.map((i) => input[i]!));
    const t = random.integer(answer.length + 1);
    const places = subset(random, answer.length, Math.max(answer.length, instance.output.length));
    return {
      instance,
      inputs,
      outputs: range(0, t).map((j) => ({ at: places[j]!, symbol: answer[j]! })),
      target: answer[t] ?? "end",
    };
  };
}

function encode(
  task: SequenceTask,
  vocabulary: Vocabulary,
  { instance, inputs, outputs, target }: Restricted,
  positions: RestrictionOptions["positions"],
): Example {
  const { input, output } = instance;
  const tokens = [
    vocabulary.task(task.name),
    ...inputs.map((i) => vocabulary.symbol(input[i]!)),
    SEPARATOR,
    ...outputs.map(({ symbol }) => vocabulary.symbol(symbol)),
    target === "end" ? END : vocabulary.symbol(target),
  ];
  // The target's own id is never looked at; it is that of the place after the last token.
  const places = [
    0,
    ...inputs.map((i) => i + 1),
    input.length + 1,
    ...outputs.map(({ at }) => input.length + 2 + at),
    input.length + 2 + (outputs.at(-1)?.at ?? -1) + 1,
  ];
  const coupled = positions === "coupled" ? coupledPositions(task, { input, output }) : undefined;
  return {
    tokens,
    positions:
      positions === "renumbered" ? tokens.map((_, i) => i) : places.map((place) => coupled?.[place] ?? place),
    targets: [tokens.length - 1],
  };
}
