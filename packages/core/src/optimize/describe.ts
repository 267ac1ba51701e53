import type { Ops, Optimizer } from "./optimizer.ts";

const text: Ops<string> = {
  constant: (value) => `${value}`,
  add: (a, b) => `(${a} + ${b})`,
  subtract: (a, b) => `(${a} - ${b})`,
  multiply: (a, b) => `${a} * ${b}`,
  divide: (a, b) => `${a} / (${b})`,
  squareRoot: (a) => `sqrt(${a})`,
};

/** An optimiser in words that differ where its numbers do: its formulas, and what depends on the step at the steps 1, 10 and 1000. */
export function describeOptimizer(optimizer: Optimizer): string {
  const named = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, name]));
  const { param, slot } = optimizer.formula(text, {
    param: "param",
    gradient: "gradient",
    slot: named(optimizer.slots),
    scalar: named(Object.keys(optimizer.scalars(1))),
  });
  const formulas = Object.entries({ param, ...slot }).map(([name, value]) => `${name} = ${value}`);
  const scalars = [1, 10, 1000].map((t) => optimizer.scalars(t));
  return `${optimizer.name} ${JSON.stringify(scalars)} ${formulas.join("; ")}`;
}
