import { describe, expect, it } from "vitest";
import { networkBound } from "../src/network/bound.ts";
import { networkFirstOrder } from "../src/network/first-order.ts";
import { networkMonteCarlo } from "../src/network/monte-carlo.ts";
import { reducedRank } from "../src/network/reduced-rank.ts";
import { networkBoundStudy, networkSureStudy } from "../src/network/study.ts";
import { networkSure } from "../src/network/sure.ts";
import { random } from "../src/random.ts";
import { network, normals, reorder } from "./support/networks.ts";

describe("networkBound", () => {
  it("holds in random networks of exact rank, and its certificates are true", () => {
    const rows = networkBoundStudy({ count: 40, replicates: 300, seed: 5 });
    expect(rows.filter((row) => !row.holds)).toEqual([]);
    expect(rows.filter((row) => row.falseClaim)).toEqual([]);
    expect(rows.filter((row) => row.certifiedBy.length > 0).length).toBeGreaterThan(10);
  });

  it("holds where the rank is only approximate", () => {
    for (const seed of [1, 2, 3, 4]) {
      const exact = network(seed, 60);
      const draw = random(seed);
      const signal = exact.signal.map((row) => row.map((value) => value + 0.5 * draw.normal()));
      const truth = networkMonteCarlo({ ...exact, signal }, { replicates: 500 }).risk;
      for (const kind of ["general", "simple"] as const)
        expect(networkBound({ ...exact, signal }, { kind }).bound).toBeGreaterThan(truth.mean);
      const sharp = networkBound({ ...exact, signal }, { kind: "sharp" });
      expect(sharp).toMatchObject({ bound: Number.POSITIVE_INFINITY, certifies: false });
      expect(sharp.caution).toMatch(/rank 2/);
    }
  });

  it("tends to the first-order risk without noise, and to nothing with much", () => {
    const clear = network(3, 1e5);
    expect(networkBound(clear, { kind: "sharp" }).bound / networkFirstOrder(clear).risk).toBeCloseTo(1, 3);
    expect(networkBound(network(3, 4), { kind: "sharp" })).toMatchObject({
      bound: Number.POSITIVE_INFINITY,
      certifies: false,
    });
  });

  it("knows nothing of unequal noise, and the exact risk at full width", () => {
    const unequal = networkBound({ ...network(3, 100), noise: [1, 1, 1, 1, 2] });
    expect(unequal).toMatchObject({ bound: Number.POSITIVE_INFINITY, certifies: false });
    expect(unequal.caution).toMatch(/s_0²\/s_k²/);
    expect(networkBound({ ...network(3, 100), width: 5 })).toMatchObject({ bound: 12, certifies: false });
  });

  it("is smallest at the t that it gives", () => {
    for (const kind of ["sharp", "general"] as const) {
      const best = networkBound(network(3, 100), { kind });
      for (const t of [0.5, 1, 3, best.t - 0.01, best.t + 0.01, 8, 15])
        expect(networkBound(network(3, 100), { kind, t }).bound).toBeGreaterThanOrEqual(best.bound);
    }
  });
});

describe("networkSure", () => {
  it("has the mean of the loss in random settings", () => {
    const rows = networkSureStudy({ count: 20, replicates: 1500, seed: 3 });
    for (const row of rows) expect(Math.abs(row.z)).toBeLessThan(3.5);
    expect(Math.sqrt(rows.reduce((sum, row) => sum + row.z ** 2, 0) / rows.length)).toBeGreaterThan(0.5);
  });

  it("has the divergence of M̂P̂e_0 by finite differences", () => {
    const estimate = normals(random(4), 7, 4);
    for (const width of [1, 2, 3]) {
      const step = 1e-5;
      let divergence = 0;
      for (let i = 0; i < 7; i++) {
        const moved = [step, -step].map((by) => {
          const other = estimate.map((row) => [...row]);
          other[i]![0]! += by;
          return truncated(other, width)[i]!;
        });
        divergence += (moved[0]! - moved[1]!) / (2 * step);
      }
      expect(networkSure(estimate, { noise: 1, width }).divergence).toBeCloseTo(divergence, 6);
    }
  });

  it("warns near a tie, where it is large or infinite and never small", () => {
    const tie = networkSure(
      [
        [2, 0, 1],
        [0, 2, 0],
        [1, 0, 2],
        [0, 0, 0],
      ],
      { noise: 4, width: 2 },
    );
    expect(tie.caution).toMatch(/tie/);
    expect(
      networkSure(
        [
          [2, 0],
          [0, 2],
        ],
        { noise: 1, width: 1 },
      ).risk,
    ).toBe(Number.POSITIVE_INFINITY);
  });

  it("does not depend on the order of the auxiliaries, and neither do first order and bound", () => {
    const at = network(6, 80);
    const order = [0, 4, 2, 1, 3];
    const moved = { ...at, signal: reorder(at.signal, order) };
    const noise = { noise: 1, width: 2 };
    expect(networkSure(moved.signal, noise).risk).toBeCloseTo(networkSure(at.signal, noise).risk, 9);
    expect(networkFirstOrder(moved).risk).toBeCloseTo(networkFirstOrder(at).risk, 9);
    for (const kind of ["sharp", "general", "simple"] as const)
      expect(networkBound(moved, { kind }).bound).toBeCloseTo(networkBound(at, { kind }).bound, 9);
  });
});

/** M̂P̂e_0 by way of reduced-rank regression on the identity. */
function truncated(estimate: readonly (readonly number[])[], width: number): number[] {
  const identity = estimate.map((_, i) => estimate.map((_row, j) => (i === j ? 1 : 0)));
  return reducedRank({ x: identity, y: estimate }, { width }).coefficients.map((row) => row[0]!);
}
