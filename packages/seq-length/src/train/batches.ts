import { array, type Batches, type Host, type NDArray } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import type { Example } from "../example.ts";
import { type Limits, pad } from "../model/batch.ts";
import type { SequenceBatch } from "../model/sequence-model.ts";
import { drawTask, type MixedTask, type Mixing, rowsOf } from "./mixture.ts";

export interface SequenceBatchesOptions {
  readonly tasks: readonly MixedTask[];
  readonly mixing: Mixing;
  readonly batchSize: number;
  /** Batches a pass: all steps of the training. */
  readonly steps: number;
  /** Decides the batches in fixed order, where no stream is given. Default 0. */
  readonly seed?: number;
  /** Of the decoder that is to read them. Default: not checked. */
  readonly limits?: Limits;
}

function checkOptions({ tasks, mixing, batchSize, steps }: SequenceBatchesOptions): void {
  const refuse = (what: string): never => {
    throw new OutriggerError("bad-option", what, { tasks: tasks.map(({ name }) => name), batchSize, steps });
  };
  for (const [name, value] of Object.entries({ batchSize, steps }))
    if (!Number.isInteger(value) || value < 1)
      refuse(`${name} must be a positive whole number, not ${value}.`);
  const odd = tasks.find(({ share = 1 }) => !(share >= 0 && Number.isFinite(share)));
  if (odd) refuse(`The share of task "${odd.name}" must be a number of at least 0, not ${odd.share}.`);
  if (!tasks.some(({ share = 1 }) => share > 0))
    refuse("No task has a share above 0: give one of them examples.");
  if (mixing === "rows") {
    const empty = rowsOf(tasks, batchSize).indexOf(0);
    if (empty >= 0)
      refuse(`Task "${tasks[empty]!.name}" gets no row of ${batchSize}: raise its share or the batch.`);
  }
}

/** The examples of one step, task by task. */
function drawStep(options: SequenceBatchesOptions, random: Random, step: number): Example[][] {
  const { tasks, mixing, batchSize, steps } = options;
  const only = mixing === "steps" ? drawTask(tasks, random) : -1;
  const rows = only < 0 ? rowsOf(tasks, batchSize) : tasks.map((_, k) => (k === only ? batchSize : 0));
  return tasks.map(({ source }, k) =>
    Array.from({ length: rows[k]! }, () => source.draw(random, step / steps)),
  );
}

/**
 * Batches of freshly drawn examples, every row of a length of its own, padded to the longest example that any task has; one pass is a whole
 * training. Nothing is drawn but from the stream given, so a pass can be repeated, and a run continued, from the stream's state.
 *
 * All batches have one shape, because a compiled step has one. A padded step of [64, 22] takes 1.5 times as long as one for the 14 steps that
 * training lengths 2 to 10 have on average; a graph for each length would have to share optimiser and parameters with eight others.
 *
 * @throws OutriggerError `bad-option` for counts that are no positive whole numbers, shares below 0, or a task without rows; from a pass as {@link pad}.
 */
export function sequenceBatches(options: SequenceBatchesOptions): Batches<Host<SequenceBatch>> {
  checkOptions(options);
  const { tasks, batchSize, steps, seed = 0, limits } = options;
  const width = Math.max(...tasks.map(({ source }) => source.longest)) - 1;
  return {
    size: steps,
    *epoch(random) {
      const stream = random ?? Random.seeded(seed, "sequences");
      for (let step = 0; step < steps; step++) {
        const drawn = drawStep(options, stream, step);
        const { targets, ...inputs } = pad(drawn.flat(), {
          width,
          batch: batchSize,
          ...(limits && { limits }),
        });
        let row = 0;
        const mask = (rows: number): NDArray => {
          const data = new Float32Array(targets.data.length);
          data.set(targets.data.subarray(row * width, (row + rows) * width), row * width);
          row += rows;
          return array(data, targets.shape);
        };
        yield {
          ...inputs,
          masks: Object.fromEntries(tasks.map(({ name }, k) => [name, mask(drawn[k]!.length)])),
        };
      }
    },
  };
}

/** What a training reads. */
export interface Budget {
  readonly steps: number;
  /** Tokens that were read, padding left out. */
  readonly tokens: number;
  /** Steps of every task: those in which it had a row. */
  readonly taskSteps: Readonly<Record<string, number>>;
  readonly taskTokens: Readonly<Record<string, number>>;
  /** Tokens that were to be predicted. */
  readonly targets: number;
}

/**
 * Counts what a run with this stream reads, by drawing it once more: arms are compared at equal steps, and differ a little in tokens.
 *
 * Cost: that of drawing all batches, a second or so for 2,000 of 64 rows.
 */
export function budgetOf(options: SequenceBatchesOptions, random: Random): Budget {
  checkOptions(options);
  const { tasks, steps } = options;
  const [taskSteps, taskTokens] = [tasks.map(() => 0), tasks.map(() => 0)];
  let targets = 0;
  for (let step = 0; step < steps; step++) {
    drawStep(options, random, step).forEach((examples, k) => {
      if (examples.length > 0) taskSteps[k]!++;
      for (const example of examples) {
        taskTokens[k]! += example.tokens.length - 1;
        targets += example.targets.length;
      }
    });
  }
  const named = (counts: readonly number[]): Record<string, number> =>
    Object.fromEntries(tasks.map(({ name }, k) => [name, counts[k]!]));
  return {
    steps,
    tokens: taskTokens.reduce((a, b) => a + b, 0),
    taskSteps: named(taskSteps),
    taskTokens: named(taskTokens),
    targets,
  };
}
