import fc from "fast-check";
import type { Problem } from "../../src/problem.ts";

/** Problems with a finite single-task risk in every task: a few features, more rows, noise and shifts of ordinary size. */
export function problems({
  tasks,
  features,
}: {
  tasks?: number;
  features?: number;
} = {}): fc.Arbitrary<Problem> {
  return fc
    .tuple(
      features === undefined ? fc.integer({ min: 1, max: 12 }) : fc.constant(features),
      tasks === undefined ? fc.integer({ min: 1, max: 5 }) : fc.constant(tasks),
    )
    .chain(([d, t]) =>
      fc.record({
        features: fc.constant(d),
        rows: fc.array(fc.integer({ min: d + 2, max: d + 150 }), { minLength: t, maxLength: t }),
        noise: fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: t, maxLength: t }),
        shifts: shifts(t),
      }),
    );
}

/** G of random coefficient differences in three dimensions. */
function shifts(tasks: number): fc.Arbitrary<number[][]> {
  return fc
    .array(fc.tuple(coordinate, coordinate, coordinate), { minLength: tasks - 1, maxLength: tasks - 1 })
    .map((auxiliaries) => {
      const all = [[0, 0, 0], ...auxiliaries];
      return all.map((a) => all.map((b) => a.reduce<number>((sum, value, i) => sum + value * b[i]!, 0)));
    });
}

const coordinate = fc.double({ min: -1, max: 1, noNaN: true });

/** A positive weight for every task of a problem, over four orders of magnitude. */
export function weightsFor(problem: Problem): fc.Arbitrary<number[]> {
  return fc.array(
    fc.double({ min: -2, max: 2, noNaN: true }).map((log) => 10 ** log),
    { minLength: problem.rows.length, maxLength: problem.rows.length },
  );
}
