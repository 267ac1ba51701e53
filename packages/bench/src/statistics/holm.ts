import { BenchError } from "../error.ts";

/**
 * Holm's adjusted p values: with p_(1) <= … <= p_(m), adjusted p_(i) = max over j <= i of min(1, (m - j + 1) p_(j)), in the given order.
 * Calling all with adjusted p <= alpha significant keeps the probability of one or more false calls among all m below alpha, whatever
 * the dependence between the tests.
 *
 * Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of Statistics 1979,
 * https://www.jstor.org/stable/4615733. O(m log m).
 *
 * @throws BenchError "bad-values" for a p outside [0, 1].
 */
export function holm(ps: readonly number[]): number[] {
  const wrong = ps.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) {
    throw new BenchError(
      "bad-values",
      `Holm's adjustment: ${wrong} is no probability; give p values from 0 to 1.`,
    );
  }
  const order = ps.map((_, index) => index).sort((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0));
  const adjusted = new Array<number>(ps.length).fill(1);
  let largest = 0;
  for (const [place, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (ps.length - place) * (ps[index] ?? 1)));
    adjusted[index] = largest;
  }
  return adjusted;
}

/**
 * The level at which each test's interval must be read, so that an interval leaves out zero exactly where Holm's procedure rejects:
 * 1 - alpha / (m - i + 1) for the i-th smallest p that is rejected, and the level of the first that is not for all others.
 *
 * @throws BenchError "bad-values" for a p outside [0, 1].
 */
export function holmLevels(ps: readonly number[], alpha = 0.05): number[] {
  const rejected = holm(ps).map((p) => p <= alpha);
  const count = rejected.filter(Boolean).length;
  const sorted = [...ps].sort((a, b) => a - b);
  return ps.map((p, i) => {
    const place = rejected[i] ? sorted.indexOf(p) : Math.min(count, ps.length - 1);
    return 1 - alpha / (ps.length - place);
  });
}
