import type { TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { type OwnFit, ownFits } from "../plug-in/own-fits.ts";

/** The data of one task and its name. */
export interface NamedTask extends TaskData {
  readonly name: string;
}

/** At least two tasks, names of their own. Throws `bad-data`. */
export function checkNames(tasks: readonly NamedTask[]): void {
  if (tasks.length < 2)
    throw new LinearTheoryError(
      "bad-data",
      `There must be a primary and at least one auxiliary task, not ${tasks.length} in all.`,
      { tasks: tasks.length },
    );
  for (const [k, { name }] of tasks.entries())
    if (tasks.findIndex((task) => task.name === name) !== k)
      throw new LinearTheoryError("bad-data", `Two tasks are called ${name}: give each a name of its own.`, {
        name,
      });
}

/** R_0 needs n > D + 1 rows, one more with an intercept. */
export function checkRows({ name, x }: NamedTask, features: number, intercept: boolean): void {
  const least = features + (intercept ? 3 : 2);
  if (features === 0 || x.length >= least) return;
  throw new LinearTheoryError(
    "infinite-risk",
    `Alone, least squares has infinite risk on ${name}: ${x.length} rows for ${features} features${intercept ? " and an intercept" : ""}, and it takes ${least} or more. Keep at most ${Math.max(0, x.length - (intercept ? 3 : 2))} features, add rows, or use a penalty: a ridge, or transLasso of this package. Averaging (averagingRisk) needs as many rows in each task.`,
    { rows: x.length, features, needed: least },
  );
}

/** Each auxiliary's labels times the ratio of standard deviations. */
export function scaledLabels(tasks: readonly NamedTask[]): TaskData[] {
  const sizes = tasks.map(({ y }) => {
    const mean = y.reduce((sum, value) => sum + value / y.length, 0);
    return Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2 / y.length, 0));
  });
  return tasks.map(({ name, x, y }, k) => {
    const factor = sizes[0]! / sizes[k]!;
    if (k > 0 && !(factor > 0 && Number.isFinite(factor)))
      throw new LinearTheoryError(
        "bad-data",
        `The labels of ${name} cannot be brought to the primary's standard deviation: theirs is ${sizes[k]}, the primary's ${sizes[0]}.`,
        { name },
      );
    return { x, y: k === 0 ? y : y.map((value) => value * factor) };
  });
}

/** The own fits; a task whose features determine one another is named. */
export function namedFits(data: readonly TaskData[], names: readonly string[]): OwnFit[] {
  try {
    return ownFits(data);
  } catch (error) {
    if (!(error instanceof LinearTheoryError && error.code === "singular")) throw error;
    const name = names[Number(error.details["task"])]!;
    throw new LinearTheoryError(
      "singular",
      `The features of ${name} determine one another, or one of them is constant, so that its coefficients cannot be estimated. Drop features, or leave ${name} out.`,
      { name },
    );
  }
}

/** A primary without noise has nothing to gain. Throws `bad-data`. */
export function checkNoise(fit: OwnFit, { y }: TaskData, name: string): void {
  const square = y.reduce((sum, value) => sum + value * value, 0);
  if (fit.residual <= 1e-20 * square || fit.noise < 1e-250)
    throw new LinearTheoryError(
      "bad-data",
      `The labels of ${name} are a linear function of its features to rounding error: its risk alone is 0, and no auxiliary can lower that.`,
      { name },
    );
}

/** The verdict itself, if all of its numbers are finite. */
export function finiteVerdict<T>(verdict: T): T {
  const visit = (value: unknown, path: string): void => {
    if (typeof value === "number" && !Number.isFinite(value))
      throw new LinearTheoryError(
        "non-finite",
        `The verdict's ${path} is ${value}: the data span more than double precision holds. Rescale labels or features.`,
        { path },
      );
    if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) visit(inner, path === "" ? key : `${path}.${key}`);
  };
  visit(verdict, "");
  return verdict;
}
