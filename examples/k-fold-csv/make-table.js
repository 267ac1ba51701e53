import { Random } from "@outrigger/core";

/**
 * SIMULATED. Five inputs x ~ N(0, 1). density = x_cement x_water + x_sand with noise of 0.1, blank in every fourth row, and
 * strength = density without its noise + 0.5 x_age with noise of 0.8. So density is an easier look at what strength depends on.
 *
 * @returns the table as CSV
 */
export function makeTable({ rows = 200, seed = 1 } = {}) {
  const random = Random.seeded(seed, "concrete");
  const lines = Array.from({ length: rows }, (_, row) => {
    const inputs = Array.from({ length: 5 }, () => random.normal());
    const [cement, water, sand, age] = inputs;
    const signal = cement * water + sand;
    const density = signal + 0.1 * random.normal();
    const strength = signal + 0.5 * age + 0.8 * random.normal();
    const cells = [...inputs, strength].map((value) => value.toFixed(3));
    return [...cells, row % 4 === 3 ? "" : density.toFixed(3)].join(",");
  });
  return `${["cement,water,sand,age,ash,strength,density", ...lines].join("\n")}\n`;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(makeTable());
