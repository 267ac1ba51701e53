import type { Benchmark } from "../benchmark.ts";
import { scored } from "./choose.ts";
import type { Row } from "./row.ts";

/**
 * Rows of one benchmark as they are committed: with all numbers, and of what is only drawn that which the report draws. Curves and
 * diagnostics of candidates that were not chosen are left out, and so are the series of gradients of every seed but the first; values of
 * curves have four digits. Curves and diagnostics were two thirds of molecular's rows, and every package carries its rows to each user.
 */
export function drawnOnly(rows: readonly Row[], metric: Benchmark["metric"]): Row[] {
  const arms = new Map<string, Row[]>();
  for (const row of rows) {
    const arm = JSON.stringify([row.group, row.method]);
    arms.set(arm, [...(arms.get(arm) ?? []), row]);
  }
  return [...arms.values()].flatMap((arm) => {
    const kept = scored(arm, metric);
    const first = Math.min(...kept.filter((row) => row.diagnostics).map(({ seed }) => seed));
    return arm.map((row): Row => {
      if (!kept.includes(row)) return { ...row, curves: undefined, diagnostics: undefined };
      const diagnostics = row.seed === first ? row.diagnostics : means(row.diagnostics);
      return { ...row, curves: short(row.curves), diagnostics };
    });
  });
}

/** Four digits draw the same line. */
const short = (curves: Row["curves"]): Row["curves"] =>
  curves &&
  Object.fromEntries(
    Object.entries(curves).map(([name, values]) => [
      name,
      values.map((value) => value && Number(value.toPrecision(4))),
    ]),
  );

/** The matrices alone: the report averages these over the seeds. */
function means(diagnostics: Row["diagnostics"]): Row["diagnostics"] {
  if (!diagnostics?.gradients) return diagnostics;
  return { ...diagnostics, gradients: { meanCosines: diagnostics.gradients.meanCosines } };
}
