import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { Task } from "./task.ts";

/**
 * What happens to a step with a loss or gradient that is not finite. "error": the run ends. "skip-step": nothing changes, the next batch
 * comes. "drop-task": the auxiliary task whose loss it is counts as one without a label in this batch. None of them is silent: every
 * skipped step and dropped task is counted in the epoch's record. What a rule itself says must be finite always.
 */
export type OnNonFinite = "error" | "skip-step" | "drop-task";

export const policies: readonly OnNonFinite[] = ["error", "skip-step", "drop-task"];

/** What a policy makes of an error: skip the step, drop the task of this index, or nothing, so that the error stands. */
export function remedy<B>(
  policy: OnNonFinite,
  error: unknown,
  tasks: readonly Task<B>[],
): "skip" | number | undefined {
  if (!(error instanceof OutriggerError) || error.code !== "non-finite") return undefined;
  const { task, method, updated } = error.details;
  if (policy === "error" || method !== undefined || updated === true) return undefined;
  if (policy === "skip-step") return "skip";
  const k = tasks.findIndex(({ name, role }) => name === task && role === "auxiliary");
  return k < 0 ? undefined : k;
}

/** The same tasks, some of them without a label: 0 times a loss that is NaN would be NaN, so theirs is not computed. */
export const withoutLabels = <B>(tasks: readonly Task<B>[], dropped: readonly number[]): Task<B>[] =>
  tasks.map((task, k) =>
    dropped.includes(k) ? { ...task, loss: () => ({ values: tf.zeros([1]), mask: tf.zeros([1]) }) } : task,
  );
