import fc from "fast-check";
import { expect, test } from "vitest";
import minatarBenchmark from "../bench/minatar.ts";
import { torsoSettings } from "../src/agent/torso.ts";
import { runExperiment } from "../src/experiment/run-experiment.ts";
import { valueError } from "../src/experiment/value-error.ts";
import { terminalPicture } from "../src/record/terminal.ts";
import { catchBalls } from "./agent/setup.ts";

const row = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });

test("a value that is linear in the features has no error, whatever the scale and the offset", () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 8, maxLength: 12 }), (features) => {
      const spread = features.map(([a, b], i) => [a! + i, b! - i * i, 1]);
      const values = spread.map(([a, b]) => 7 - 3 * a! + 0.5 * b!);
      expect(valueError(spread, values)).toBeLessThan(1e-5);
    }),
  );
});

test("features that say nothing have error 1, more features never a greater one", () => {
  const values = [1, 4, 9, 16, 25, 36];
  expect(
    valueError(
      values.map(() => [3]),
      values,
    ),
  ).toBe(1);
  const line = values.map((_, i) => [i]);
  const wide = values.map((_, i) => [i, i % 2]);
  expect(valueError(line, values)).toBeGreaterThan(0.1);
  expect(valueError(wide, values)).toBeLessThanOrEqual(valueError(line, values) + 1e-12);
  expect(() => valueError([[1], [2]], [5, 5])).toThrow("nothing to read out");
});

test("an experiment gives returns of episodes that training did not see, and curves over the whole run", async () => {
  const { metrics, curves } = await runExperiment({
    arm: "random GVFs, stop-gradient",
    seed: 1,
    steps: 1600,
    network: { torso: torsoSettings.minatar, hidden: 16 },
    train: catchBalls(1, 4),
    evaluation: { validation: catchBalls(2, 4, "evaluation"), test: catchBalls(3, 4, "evaluation") },
    episodes: 20,
    compile: { threads: 1 },
  });
  for (const name of ["validation/return", "test/return", "test/last-games", "test/area"])
    expect(Math.abs(metrics[name]!)).toBeLessThanOrEqual(1);
  expect(curves["train/return"]).toHaveLength(50);
  expect(curves["train/questions"]!.filter((value) => value !== null)).toHaveLength(20);
});

test("the games of a tier have the same rows, each with the baseline", () => {
  const arms = minatarBenchmark.arms("ci");
  const of = (group: string): string[] =>
    arms.filter((arm) => arm.group === group).map(({ method }) => method);
  expect(of("breakout")).toEqual(of("space-invaders"));
  expect(of("breakout")).toHaveLength(7);
  expect(of("breakout")).toContain(minatarBenchmark.baseline);
});

test("a picture for the terminal has two pixels a character, upper in front of lower", () => {
  const rgba = Uint8Array.from([
    1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 255, 13, 14, 15, 255, 16, 17, 18, 255,
  ]);
  const lines = terminalPicture({ width: 2, height: 3, rgba }).split("\n");
  const esc = "\u001b[";
  expect(lines).toEqual([
    `${esc}38;2;1;2;3;48;2;7;8;9m▀${esc}38;2;4;5;6;48;2;10;11;12m▀${esc}0m`,
    `${esc}38;2;13;14;15;48;2;0;0;0m▀${esc}38;2;16;17;18;48;2;0;0;0m▀${esc}0m`,
  ]);
});
