import { OutriggerError } from "../../error.ts";

/** The T task weights of every branch. */
export type Branches = readonly (readonly number[])[];

const indices = (tasks: number): number[] => Array.from({ length: tasks }, (_, k) => k);

/** The primary and the auxiliaries chosen, each with weight 1. */
const on = (chosen: readonly number[], tasks: number, primary: number): number[] =>
  indices(tasks).map((k) => (k === primary || chosen.includes(k) ? 1 : 0));

/** Primary and one auxiliary a branch. */
export const pairs = (tasks: number, primary: number): Branches =>
  indices(tasks)
    .filter((k) => k !== primary)
    .map((k) => on([k], tasks, primary));

/** Primary and so many auxiliaries of a ranking a branch; those that come out alike once. */
export const tops = (order: readonly number[], top: readonly number[], primary: number): Branches =>
  [...new Set(top.map((count) => Math.min(count, order.length)))].map((count) =>
    on(order.slice(0, count), order.length + 1, primary),
  );

/** @throws OutriggerError "bad-option" for weights that do not fit the tasks */
export function branchesOf(branches: "each" | "all" | Branches, tasks: number, primary: number): Branches {
  const alone = on([], tasks, primary);
  if (branches === "all") return [alone, on(indices(tasks), tasks, primary)];
  if (branches === "each") return [alone, ...pairs(tasks, primary)];
  const wrong = branches.find((weights) => weights.length !== tasks || !weights.every((w) => w >= 0));
  if (wrong === undefined && branches.length > 0) return branches;
  const said = wrong === undefined ? "no branch was given" : `a branch has the weights [${wrong.join(", ")}]`;
  throw new OutriggerError(
    "bad-option",
    `forkmerge: ${said}. Give each branch ${tasks} weights of 0 or more, one a task.`,
    { branches },
  );
}

/** Σ_b Λ_b ν_b. */
export const taskWeights = (branches: Branches, shares: readonly number[], tasks: number): number[] =>
  indices(tasks).map((k) => branches.reduce((sum, weights, b) => sum + shares[b]! * weights[k]!, 0));
