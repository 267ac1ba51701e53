import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { array } from "../../graph/array.ts";
import type { Random } from "../../random.ts";
import type { ColumnBatch, Task } from "../../train/task.ts";
import { inRange } from "../../weighting/gram/check.ts";
import { checkSources, type Drawn, drawRows, type Source, unlabelled, withDrawn } from "./source.ts";
import { type Loss, type ObjectiveSpace, objectiveSpace } from "./space.ts";

type Batch = ColumnBatch<Tensor>;

export interface TabularSpaceOptions {
  /** Where rows come from, by name: { task: "batch", other: { inputs } }, say. */
  readonly inputs: Readonly<Record<string, Source>>;
  /** The primary, whose loss the output "label" has. */
  readonly primary: Task<never>;
  /** Share of the entries that "mask" and "swap" change. Default 0.3, ours. */
  readonly rate?: number;
  /** Names of the tasks whose heads answer. Default: those of the outputs, "reconstruct" and "label". */
  readonly heads?: { readonly reconstruct?: string; readonly label?: string };
}

type Corrupted = Pick<Drawn, "inputs"> & { readonly where: Float32Array };

const chosen = (present: Float32Array, width: number, rate: number, random: Random): Float32Array =>
  Float32Array.from({ length: present.length * width }, (_, i) =>
    random.uniform() < rate && present[Math.floor(i / width)] === 1 ? 1 : 0,
  );

/** What stands where entry i is taken out: 0, the mean of a standardised column, or the entry of another row of the batch. */
const stand = {
  mask: () => () => 0,
  swap: ({ inputs: { data, shape }, present }: Drawn, random: Random) => {
    const rows = Array.from(present.keys()).filter((row) => present[row] === 1);
    return (i: number) => data[rows[random.integer(rows.length)]! * shape[1]! + (i % shape[1]!)]!;
  },
} as const;

function corrupted(drawn: Drawn, transform: string, rate: number, random: Random): Corrupted {
  const { inputs, present } = drawn;
  if (transform === "none") return { inputs, where: new Float32Array(inputs.data.length) };
  const where = chosen(present, inputs.shape[1]!, rate, random);
  const put = stand[transform as keyof typeof stand](drawn, random);
  const data = Float32Array.from(inputs.data, (value, i) => (where[i] === 1 ? put(i) : value));
  return { inputs: array(data, inputs.shape), where };
}

/** Squared error of a row's entries that were taken out, their mean; rows that lost none do not count. */
const reconstruct: Loss<Batch> = (output, _, target) => {
  const { clean, where } = target as { clean: Tensor; where: Tensor };
  const lost = tf.sum<Tensor1D>(where, -1);
  const errors = tf.sum<Tensor1D>(tf.mul(tf.square(tf.sub(output, clean)), where), -1);
  return { values: tf.div(errors, tf.maximum(lost, 1)), mask: tf.minimum(lost, 1) };
};

/**
 * Objectives on rows of numbers: any of several tables as input; "none", "mask" (entries become 0, the mean of a standardised column) or "swap"
 * (entries become those of another row of the batch) as transform; "reconstruct" the entries that were changed, or "label", the primary's
 * own loss, as output.
 *
 * Inputs are [N, D]; the head "reconstruct" gives [N, D], the head "label" what the primary's does. Nothing is reconstructed from what was left as
 * it is, and a table without labels asks for none: these cells are illegal. Of the training batch, rows without a label of any task do not
 * count, for they cannot be told from padding; give unlabelled rows as a table of their own.
 *
 * @throws OutriggerError "bad-option" for a rate outside (0, 1], a table without rows or with another number of labels, no legal cell
 *
 * @example
 * const space = tabularSpace({ inputs: { task: "batch", other: { inputs: foreign } }, primary });
 */
export function tabularSpace({
  inputs: sources,
  primary,
  rate = 0.3,
  heads = {},
}: TabularSpaceOptions): ObjectiveSpace<Batch> {
  inRange(rate, "rate", Number.MIN_VALUE, 1);
  checkSources(sources);
  const label: Loss<Batch> = (output, batch) => primary.loss(output, batch as never);
  const outputs = {
    reconstruct: { head: heads.reconstruct ?? "reconstruct", loss: reconstruct },
    label: { head: heads.label ?? "label", loss: label },
  };
  const { name: task } = primary;
  return objectiveSpace<Batch>({
    stages: {
      input: Object.keys(sources),
      transform: ["none", "mask", "swap"],
      representation: ["none"],
      output: ["reconstruct", "label"],
    },
    illegal: [
      { transform: "none", output: "reconstruct" },
      ...unlabelled(sources).map((input) => ({ input, output: "label" })),
    ],
    build: ({ input, transform, output }) => ({
      ...outputs[output as keyof typeof outputs],
      make(batch, random) {
        const drawn = drawRows(sources[input]!, { batch, inputs: batch.inputs, task }, random);
        const { inputs, where } = corrupted(drawn, transform, rate, random);
        return {
          batch: withDrawn(batch, task, inputs, drawn),
          target: { clean: drawn.inputs, where: array(where, inputs.shape) },
        };
      },
    }),
  });
}
