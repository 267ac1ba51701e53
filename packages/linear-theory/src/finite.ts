import { LinearTheoryError } from "./error.ts";

/**
 * The number itself, unless the arithmetic overflowed. Infinity passes: it says that an expectation does not exist or that a bound has none.
 *
 * @throws LinearTheoryError `non-finite` for NaN.
 */
export function notNaN(value: number, name: string): number {
  if (Number.isNaN(value))
    throw new LinearTheoryError(
      "non-finite",
      `${name} is not a number: the entries are too large or too small for double precision. Rescale the data or the coefficients.`,
      { name },
    );
  return value;
}
