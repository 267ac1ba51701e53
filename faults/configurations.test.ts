import { defineBenchmark } from "@outrigger/bench/benchmark";
import { adam } from "@outrigger/core/optimize/adam";
import { checkOptions } from "@outrigger/core/train/options";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { checkProblem } from "@outrigger/linear-theory/problem";
import { configuration as molecules } from "@outrigger/molecular/training/configuration";
import { agentOf } from "@outrigger/rl-gvf/cli/setup";
import { configuration as sequences } from "@outrigger/seq-length/setup/configuration";
import { configuration as pictures } from "@outrigger/vision-rock/train/configuration";
import { describe } from "vitest";
import { toy } from "../packages/core/test/fixtures/toy.ts";
import { distorted } from "./support/damage.ts";
import { fault, kept } from "./support/fault.ts";

/** A checker: what it is given when all is well, and what it makes of what it is given. */
interface Checker {
  readonly good: unknown;
  readonly check: (given: never) => unknown;
  /** Whether what it returns is again a configuration that it takes. */
  readonly stable?: boolean;
}

const { model: _, ...data } = toy({ samples: 30 });
const fitted = {
  ...data,
  method: uncertainty(),
  optimizer: adam({ learningRate: 0.01 }),
  epochs: 1,
  seed: 1,
};

const checkers: Readonly<Record<string, Checker>> = {
  "molecular: of a training": {
    good: {
      targets: ["y"],
      smiles: "smiles",
      kind: "auto",
      model: { name: "gin", width: 8, depth: 2, dropout: 0.1, virtualNode: true },
      inputs: ["tpsa"],
      auxiliary: ["NumHBD"],
      selection: { property: "solubility", keep: 3 },
      method: "uncertainty",
      scale: 0.1,
      split: { variant: "balanced", seed: 1, fractions: [0.8, 0.1, 0.1] },
      epochs: 3,
      ensemble: 2,
      level: 0.9,
      seed: 0,
    },
    check: molecules,
    stable: true,
  },
  "seq-length: of a training": {
    good: {
      task: "reverse",
      symbols: 9,
      trainLength: 3,
      shortest: 2,
      long: 6,
      position: "rope",
      ids: "consecutive",
      idRange: 20,
      scale: "none",
      auxiliary: ["restriction"],
      share: 0.5,
      mixing: "steps",
      steps: 4,
      batch: 2,
      size: 8,
      heads: 2,
      layers: 1,
      loops: 1,
      learningRate: 1e-3,
      seed: 0,
    },
    check: sequences,
    stable: true,
  },
  "vision-rock: of a training": { good: pictures(), check: pictures, stable: true },
  "core: options of fit": {
    good: {
      epochs: 2,
      patience: 3,
      checkpointEvery: 5,
      stepsPerCall: 1,
      maxGradientNorm: 1,
      keep: "best",
      onNonFinite: "error",
      diagnostics: { every: 4 },
    },
    check: (given: object) => checkOptions({ ...fitted, ...given }),
  },
  "bench: a benchmark": {
    good: {
      name: "toy/noise",
      version: 1,
      title: "Toy",
      description: "Made up.",
      metric: { name: "rmse", better: "lower", unit: "m" },
      baseline: "single-task",
      source: "embedded",
      tiers: { smoke: { seeds: [0, 1], limit: 5 } },
    },
    check: (given: object) =>
      defineBenchmark({
        arms: () => [{ method: "single-task", kind: "baseline", options: {} }],
        ...given,
      } as never),
  },
  "linear-theory: a problem": {
    good: {
      features: 4,
      rows: [12, 30],
      noise: [1, 0.5],
      shifts: [
        [0, 0],
        [0, 0.3],
      ],
    },
    check: checkProblem,
    stable: true,
  },
};

describe("Random configurations", () => {
  for (const [name, { good, check, stable = false }] of Object.entries(checkers))
    fault(name, { cases: [1000, 50] }, (random) => {
      let given = distorted(random, good);
      while (random.uniform() < 0.4) given = distorted(random, given);
      const made = check(given as never);
      if (stable)
        kept(
          JSON.stringify(check(JSON.parse(JSON.stringify(made)) as never)) === JSON.stringify(made),
          "what was made of the configuration is not taken again",
        );
    });

  fault("rl-gvf: of an agent", { cases: [100, 2] }, async (random) => {
    const good = { environment: "catch", algorithm: "a2c", arm: "a2c", seed: 1, count: 2, memory: 0 };
    await agentOf(distorted(random, good) as never).dispose();
  });
});
