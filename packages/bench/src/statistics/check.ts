import { BenchError } from "../error.ts";

/** @throws BenchError "bad-values" when the list is empty or has a value that is not finite; it names the place. */
export function checkValues(values: readonly number[], what: string): void {
  if (values.length === 0)
    throw new BenchError("bad-values", `${what}: the list is empty; give at least one value.`);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new BenchError(
    "bad-values",
    `${what}: value ${at} is ${values[at]}; leave out or repeat runs that diverged.`,
  );
}

/** @throws BenchError "bad-values" when there is no stratum, one is empty, or a value is not finite. */
export function checkStrata(strata: readonly (readonly number[])[], what: string): void {
  if (strata.length === 0)
    throw new BenchError("bad-values", `${what}: there is no benchmark; give at least one.`);
  for (const [index, values] of strata.entries()) checkValues(values, `${what}, benchmark ${index}`);
}
