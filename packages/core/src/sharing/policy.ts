import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { AnyLayer } from "../nn/layer.ts";
import type { ColumnBatch } from "../train/task.ts";

/** A network that tasks are to share, and what each of them has for itself anyhow. */
export interface SharingOptions<B = ColumnBatch<Tensor>> {
  /** From the input to the representation. Policies work layer by layer: `sequential([…])` makes one layer of several. */
  readonly layers: readonly AnyLayer[];
  /** From the representation to the output of every task, by the task's name. */
  readonly heads: { readonly [task: string]: AnyLayer };
  /** What the first layer reads. Default `batch.inputs`. */
  readonly inputs?: (batch: B) => Tensor;
}

/** For policies that put layers of their own beside or behind those given. */
export interface ShapedOptions<B = ColumnBatch<Tensor>> extends SharingOptions<B> {
  /** Of one sample's input, without the batch: [features], or [height, width, channels]. */
  readonly shape: readonly number[];
}

/** The same options with nothing left open, and the tasks' names. */
export interface Shared<B> extends Required<SharingOptions<B>> {
  readonly tasks: readonly string[];
}

/**
 * Fills in what was left out.
 *
 * @throws OutriggerError `bad-option` without a layer or without a head
 */
export function sharedBy<B>(policy: string, options: SharingOptions<B>): Shared<B> {
  const { layers, heads, inputs = (batch: B) => (batch as ColumnBatch<Tensor>).inputs } = options;
  const tasks = Object.keys(heads);
  if (layers.length === 0 || tasks.length === 0) {
    const what = layers.length === 0 ? "layers is empty: there is nothing to share" : "heads is empty";
    throw new OutriggerError("bad-option", `${policy}: ${what}. Give at least one layer and one head.`, {
      layers: layers.length,
      tasks,
    });
  }
  return { layers, heads, inputs, tasks };
}

/** One value a task, by name, made in the order of the tasks. */
export const byTask = <T>(tasks: readonly string[], make: (task: string) => T): Record<string, T> =>
  Object.fromEntries(tasks.map((task) => [task, make(task)]));

/** `count` draws of a layer's parameters, one after another. */
export const several = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
