import { array, compile, grad, type NDArray } from "@outrigger/core";
import type { Task } from "@outrigger/core/train/task";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import type { HostBatch } from "./tiny.ts";

/** Calls a traced function once. */
export async function once<R>(f: unknown, ...args: readonly unknown[]): Promise<R> {
  const run = compile(f as never);
  const result = await run(...(args as never[]));
  await run.dispose();
  return result as R;
}

export interface Looked {
  readonly values: number[];
  readonly mask: number[];
  /** Of Σᵢ valuesᵢ maskᵢ by the output. */
  readonly gradient: number[];
}

/** What a task makes of an output: loss image by image, mask, and gradient. */
export async function look(task: Task<DetectionBatch>, output: NDArray, batch: HostBatch): Promise<Looked> {
  const f = (given: Tensor, targets: DetectionBatch) => {
    const { values, mask } = task.loss(given, targets);
    const total = (x: Tensor): Scalar => {
      const each = task.loss(x, targets);
      return tf.sum(tf.mul(each.values, each.mask!));
    };
    return { values, mask: mask!, gradient: grad(total as never)(given as never) };
  };
  const found = await once<Record<keyof Looked, NDArray>>(f, output, batch);
  return {
    values: [...found.values.data],
    mask: [...found.mask.data],
    gradient: [...found.gradient.data],
  };
}

/** size · sin(step · i + 0.3), the numbers of bench/peers/losses.py. */
export const wave = (shape: readonly number[], step: number, size: number): NDArray =>
  array(
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => size * Math.sin(step * i + 0.3),
    ),
    shape,
  );
