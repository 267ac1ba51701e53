import { createHash } from "node:crypto";
import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { column } from "@outrigger/core/data/column";
import { enumeratedSmiles, simulatedProperty } from "../src/data/enumerated.ts";
import { experimentArms } from "../src/experiment/arms.ts";
import type { Problem } from "../src/experiment/problem.ts";
import { runExperiment } from "../src/experiment/trial.ts";
import { descriptors, splitMolecules } from "../src/feature/featurize.ts";

async function problem(molecules: number): Promise<Problem> {
  const smiles = enumeratedSmiles(molecules);
  const simulated = simulatedProperty(await descriptors(smiles));
  const sha256 = createHash("sha256").update(smiles.join("\n")).update(simulated).digest("hex");
  return {
    targets: {
      name: "simulated",
      kind: "regression",
      columns: { simulated: column("simulated property", simulated) },
    },
    smiles,
    split: await splitMolecules(smiles, { variant: "random" }),
    datasets: [{ name: `enumerated molecules (${smiles.length}), simulated property`, sha256 }],
  };
}

/** A SIMULATED property of molecules that are built from fragments: needs no data and no network. */
const enumerated: Benchmark = defineBenchmark({
  name: "molecular/enumerated",
  version: 2,
  title: "Enumerated molecules with a simulated property",
  description:
    "Simulated: a noisy nonlinear function of descriptors, on molecules built from fragments, random split. Shows that everything works; says nothing about real properties.",
  metric: { name: "rmse", better: "lower", unit: "simulated units" },
  baseline: "single-task",
  source: "embedded",
  simulated: true,
  tiers: { smoke: { seeds: [0, 1] } },
  arms: (tier) => experimentArms(tier),
  run: async (trial) => runExperiment(await problem(Number(trial.options["molecules"])), trial),
});

export default enumerated;
