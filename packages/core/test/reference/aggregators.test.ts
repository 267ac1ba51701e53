import { readFileSync } from "node:fs";
import type { Aggregator } from "@outrigger/core/aggregator/aggregator";
import { dbMtlEma } from "@outrigger/core/aggregator/db-mtl-ema";
import { excessMtl } from "@outrigger/core/aggregator/excess-mtl";
import { graddrop } from "@outrigger/core/aggregator/graddrop";
import { moco } from "@outrigger/core/aggregator/moco";
import { trimmedMean } from "@outrigger/core/aggregator/trimmed-mean";
import { Random } from "@outrigger/core/random";
import { expect, test } from "vitest";

interface Fixture {
  rows: number[][][];
  losses: number[][];
  graddrop: { draws: number[]; direction: number[]; "leak0.25": number[] }[];
  trimmed_mean: Record<"0" | "1", number[][]>;
  excess_mtl: Record<"step0.01_warmup1" | "step1_warmup2", number[][]>;
  moco: Record<"defaults" | "other", { weights: number[]; direction: number[] }[]>;
  db_mtl: Record<"beta0.9" | "beta0.5_sigma0.5", number[][]>;
}
const path = new URL("../fixtures/aggregators.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as Fixture;

/** What an aggregator says to the stored rows, one step after another. */
function directions(
  aggregator: Aggregator,
  randoms: readonly Random[] = [],
): { direction: number[]; weights?: readonly number[] }[] {
  const { rows, losses } = fixture;
  const shape = { tasks: rows[0]!.length, primary: 0, layers: [rows[0]![0]!.length] };
  const lengths = Object.entries(aggregator.memory?.(shape) ?? {});
  const memory = Object.fromEntries(lengths.map(([name, length]) => [name, new Float32Array(length)]));
  let state = aggregator.init(shape);
  return rows.map((matrix, step) => {
    const direction = new Float32Array(shape.layers[0]!);
    const gradients = matrix.map((row) => Float32Array.from(row));
    const seen = { step, epoch: 0, losses: losses[step]!, primary: 0, gradients, direction, memory };
    const said = aggregator.aggregate(seen, state, randoms[step] ?? Random.seeded(1, "unused"));
    state = said.state;
    return { direction: [...direction], weights: said.weights };
  });
}

/** Single precision is what rows and memory have. */
function expectClose(actual: readonly number[], expected: readonly number[], tolerance = 2e-6): void {
  const unit = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value) / unit, `${actual.join()} is not ${expected.join()}`).toBeLessThan(
      tolerance,
    );
  }
}

test("GradDrop, leaking and not, drops what TorchJD drops with the same draws", () => {
  for (const [leak, key] of [
    [0, "direction"],
    [0.25, "leak0.25"],
  ] as const) {
    const randoms = fixture.rows.map((matrix, step) => {
      // A coordinate without conflict draws nothing.
      const draws = fixture.graddrop[step]!.draws.filter(
        (_, i) => matrix.some((row) => row[i]! > 0) && matrix.some((row) => row[i]! < 0),
      );
      return { uniform: () => draws.shift()! } as Random;
    });
    const said = directions(graddrop({ leak }), randoms);
    fixture.graddrop.forEach((expected, step) => expectClose(said[step]!.direction, expected[key]));
  }
});

test.each(["0", "1"] as const)("the mean trimmed by %s is TorchJD's", (trim) => {
  const said = directions(trimmedMean({ trim: Number(trim), scale: "mean" }));
  fixture.trimmed_mean[trim].forEach((expected, step) => expectClose(said[step]!.direction, expected));
});

test("ExcessMTL is TorchJD's times the number of tasks", () => {
  const cases = [
    [{ stepSize: 0.01, warmup: 1 }, "step0.01_warmup1"],
    [{ stepSize: 1, warmup: 2 }, "step1_warmup2"],
  ] as const;
  for (const [options, key] of cases) {
    const said = directions(excessMtl(options));
    fixture.excess_mtl[key].forEach((expected, step) => {
      const { direction, weights } = said[step]!;
      expectClose(
        direction.map((value) => value / weights!.length),
        expected,
      );
    });
  }
});

test("MoCo gives the weights and directions of LibMTL's equations, written down again in NumPy", () => {
  const cases = [
    [{}, "defaults"],
    [{ beta: 0.3, betaDecay: 0.25, gamma: 0.7, gammaDecay: 0.1, rho: 0.2 }, "other"],
  ] as const;
  for (const [options, key] of cases) {
    const said = directions(moco(options));
    fixture.moco[key].forEach((expected, step) => {
      expectClose(said[step]!.direction, expected.direction);
      expectClose(said[step]!.weights!, expected.weights);
    });
  }
});

test("DB-MTL with running gradients goes where LibMTL's equations go, written down again in NumPy", () => {
  const cases = [
    [{}, "beta0.9"],
    [{ beta: 0.5, betaDecay: 0.5 }, "beta0.5_sigma0.5"],
  ] as const;
  for (const [options, key] of cases) {
    const said = directions(dbMtlEma(options));
    fixture.db_mtl[key].forEach((expected, step) => expectClose(said[step]!.direction, expected));
  }
});
