/**
 * Milliseconds of a risk evaluation (K = 10, D = 100; the goal is 1) and of the best pooled weights (K = 50; the goal is 50), on random problems.
 *
 *     npm run bench:formulas
 */
import { cpus, loadavg } from "node:os";
import type { Problem } from "../../src/problem.ts";
import { random } from "../../src/random.ts";
import { averagingRisk } from "../../src/risk/averaging.ts";
import { equivalentRisk } from "../../src/risk/equivalent.ts";
import { pooledRisk } from "../../src/risk/pooled.ts";
import { optimalWeights } from "../../src/weights/optimal-weights.ts";

/** K auxiliaries at random places around the primary, each with 110 to 300 rows. */
function problemOf(seed: number, auxiliaries: number, features: number): Problem {
  const draw = random(seed);
  const places = Array.from({ length: auxiliaries + 1 }, (_, k) =>
    Array.from({ length: 5 }, () => (k === 0 ? 0 : 0.3 * draw.normal())),
  );
  return {
    features,
    rows: places.map(() => 110 + Math.floor(190 * draw.uniform())),
    noise: places.map(() => 0.5 + draw.uniform()),
    shifts: places.map((a) => places.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0))),
  };
}

const evaluated = problemOf(1, 10, 100);
const optimised = problemOf(2, 50, 100);
const weights = evaluated.rows.map((_, k) => 1 / (1 + k));
const contenders = {
  "risk, weighted pooling (equivalent), K = 10, D = 100": () => equivalentRisk(evaluated, weights),
  "risk, equal weights (exact), K = 10, D = 100": () => pooledRisk(evaluated),
  "risk, averaging (exact), K = 10, D = 100": () => averagingRisk(evaluated, weights),
  "best pooled weights, K = 50, D = 100": () => optimalWeights(optimised, { design: "pooled" }),
  "best averaging weights, K = 50, D = 100": () => optimalWeights(optimised, { design: "average" }),
};

/** Quantiles of single calls over about half a second, after as many to warm up. */
function timed(call: () => unknown): { median: string; "99 %": string; calls: number } {
  const times: number[] = [];
  for (const kept of [false, true]) {
    for (const end = performance.now() + 500; performance.now() < end; ) {
      const start = performance.now();
      call();
      if (kept) times.push(performance.now() - start);
    }
  }
  times.sort((a, b) => a - b);
  const at = (p: number): string => times[Math.floor(p * (times.length - 1))]!.toFixed(3);
  return { median: at(0.5), "99 %": at(0.99), calls: times.length };
}

console.log(`${cpus()[0]?.model}, node ${process.version}, load ${loadavg()[0]?.toFixed(1)}; ms a call`);
console.table(Object.fromEntries(Object.entries(contenders).map(([name, call]) => [name, timed(call)])));
