import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { readMolecules } from "../src/data/dataset.ts";
import { availability, requireSource } from "../src/data/locate.ts";
import { ESOL } from "../src/data/sources.ts";
import { experimentArms } from "../src/experiment/arms.ts";
import type { Problem } from "../src/experiment/problem.ts";
import { runExperiment } from "../src/experiment/trial.ts";
import { splitMolecules } from "../src/feature/featurize.ts";

/** Only structure and measured solubility are read: the file's other columns hold descriptors and another model's predictions. */
async function problem(): Promise<Problem> {
  const path = await requireSource(ESOL);
  const measured = ESOL.targets[0]!;
  const { smiles, targets } = await readMolecules(
    { path },
    { smiles: ESOL.smiles, targets: [measured], onInvalid: "error" },
  );
  const { values, present } = targets[measured]!;
  return {
    target: "solubility",
    smiles,
    labels: { name: measured, values, mask: present },
    split: await splitMolecules(smiles, { variant: "ogb" }),
    datasets: [{ name: ESOL.file, sha256: ESOL.sha256 }],
  };
}

/** Solubility in water of 1,128 molecules (Delaney 2004), with computed descriptors as auxiliary tasks. */
const esol: Benchmark = defineBenchmark({
  name: "molecular/esol",
  version: 1,
  title: "ESOL: do computed descriptors help to predict solubility?",
  description:
    "Solubility in water of 1,128 molecules, scaffold split as in OGB (902 / 113 / 113); auxiliary tasks predict RDKit descriptors, standardised on the training molecules.",
  metric: { name: "rmse", better: "lower", unit: "log10(mol/l)" },
  baseline: "single-task",
  source: "data",
  available: () => Promise.resolve(availability(ESOL)),
  tiers: {
    smoke: { seeds: [0, 1] },
    ci: { seeds: [0, 1, 2, 3, 4] },
    full: { seeds: Array.from({ length: 20 }, (_, seed) => seed) },
  },
  arms: (tier) => experimentArms(tier, { brief: true }),
  run: async (trial) => runExperiment(await problem(), trial),
});

export default esol;
