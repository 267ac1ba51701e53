import type { Arm, Tier } from "@outrigger/bench/benchmark";

type Kind = Arm["kind"];

/**
 * The rows of a benchmark where nothing is tuned: those of `smoke` in tier smoke, enough to see that everything works, all in the others.
 *
 * @param rows by name, each with what it does; @param kinds of rows that are no rule
 */
export const armsOf =
  (
    rows: Readonly<Record<string, { readonly describe: string; readonly kind?: Kind }>>,
    smoke: readonly string[],
    kinds: Readonly<Record<string, Kind>> = {},
  ) =>
  (tier: Tier): Arm[] =>
    Object.entries(rows)
      .filter(([method]) => tier !== "smoke" || smoke.includes(method))
      .map(([method, { kind = "rule", describe }]) => ({
        method,
        kind: kinds[method] ?? kind,
        options: {},
        describe,
      }));
