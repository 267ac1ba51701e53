import { VisionRockError } from "../error.ts";

/** @throws VisionRockError `shape` unless the output has the target's shape */
export function requireOutput(task: string, output: readonly number[], target: readonly number[]): void {
  if (output.length === target.length && output.every((size, axis) => size === target[axis])) return;
  const said = `The output of task "${task}" is [${output.join(", ")}], but the batch's target is [${target.join(", ")}]`;
  throw new VisionRockError("shape", `${said}. Make batches for the map of the model's backbone.`, {
    task,
    output,
    target,
  });
}
