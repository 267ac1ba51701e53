import { readFile } from "node:fs/promises";
import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import type { NamedTask } from "../src/analyse/check.ts";
import { type Method, predictedBenefit } from "../src/real-data/predicted.ts";

const methods: Record<Method, string> = {
  alone: "least squares on the primary's rows",
  equal: "pooled least squares, equal weights",
  recommended: "pooled least squares at the weights that analyse recommends",
  "james-stein": "the primary's fit drawn towards the auxiliaries'",
};
/** Of RDKit's descriptors, 20 that do not add up to one another. */
const descriptors = [
  "amw",
  "lipinskiHBA",
  "lipinskiHBD",
  "NumRotatableBonds",
  "NumHeteroatoms",
  "FractionCSP3",
  "NumRings",
  "NumAromaticRings",
  "NumHeterocycles",
  "labuteASA",
  "tpsa",
  "CrippenClogP",
  "CrippenMR",
  "chi1v",
  "chi3v",
  "chi4v",
  "hallKierAlpha",
  "kappa1",
  "kappa2",
  "Phi",
];
/** What a chemist would expect to go with solubility: lipophilicity and the free energy of hydration, both with the sign turned. */
const signs = [1, -1, -1];
/** Descriptors take most of a trial's time: of Lipophilicity's 4,200 lines every sixth is read, enough for the 640 rows that are drawn at most. */
const mostRows = 1200;

/** Loaded only when a trial runs, for it is an optional peer. */
const molecular = async () => {
  const [
    { ESOL, FREESOLV, LIPOPHILICITY },
    { availability, requireSource },
    { readMolecules },
    { sharedRdkit },
  ] = await Promise.all([
    import("@outrigger/molecular/data/sources"),
    import("@outrigger/molecular/data/locate"),
    import("@outrigger/molecular/data/dataset"),
    import("@outrigger/molecular/molecule/rdkit"),
  ]);
  const { DESCRIPTOR_NAMES } = await import("@outrigger/molecular/feature/descriptors");
  return {
    sources: [ESOL, LIPOPHILICITY, FREESOLV],
    availability,
    requireSource,
    readMolecules,
    sharedRdkit,
    names: DESCRIPTOR_NAMES,
  };
};

async function readTasks(): Promise<NamedTask[]> {
  const { sources, requireSource, readMolecules, sharedRdkit, names } = await molecular();
  const columns = descriptors.map((name) => names.indexOf(name));
  const rdkit = await sharedRdkit();
  const tasks: NamedTask[] = [];
  for (const [k, source] of sources.entries()) {
    const target = source.targets[0]!;
    const [header, ...lines] = (await readFile(await requireSource(source), "utf8")).trim().split("\n");
    const step = lines.length > mostRows ? Math.floor(lines.length / 700) : 1;
    const text = [header, ...lines.filter((_, i) => i % step === 0)].join("\n");
    const table = await readMolecules({ text }, { smiles: source.smiles, targets: [target], rdkit });
    const x: number[][] = [];
    const y: number[] = [];
    for (const [i, smiles] of table.smiles.entries()) {
      const found = await rdkit.withMolecule(smiles, (molecule) => molecule.descriptors());
      if (!found.ok) continue;
      x.push(columns.map((j) => found.value[j]!));
      y.push(signs[k]! * table.targets[target]!.values[i]!);
    }
    tasks.push({ name: source.name, x, y });
  }
  return tasks;
}

/** Real molecules have neither Gaussian features nor one covariance, which the theory assumes: does its prediction hold all the same? */
const benchmark: Benchmark = defineBenchmark({
  name: "linear-theory/molecules",
  version: 1,
  title: "Does analyse predict from 40 to 160 molecules whether other measurements help?",
  description:
    "Solubility (ESOL) of molecules from 20 RDKit descriptors by least squares; auxiliaries are lipophilicity and the free energy of hydration (FreeSolv), labels with the sign turned and scaled, 40 to 640 rows each. A trial draws 50 training sets; errors are on all other molecules of ESOL. sign-agreement and spearman compare the benefit that analyse predicts from a training set with the measured one. Nothing is chosen on held-out rows, so validation and test are the same.",
  metric: { name: "rmse", better: "lower", unit: "log10(mol/l)" },
  baseline: "alone",
  source: "data",
  available: async () => {
    try {
      const { sources, availability } = await molecular();
      return sources.map(availability).find((answer) => answer !== true) ?? true;
    } catch {
      return "It reads molecules with @outrigger/molecular: npm install @outrigger/molecular.";
    }
  },
  tiers: {
    smoke: { seeds: [0] },
    ci: { seeds: [0, 1, 2, 3, 4] },
    full: { seeds: Array.from({ length: 20 }, (_, seed) => seed) },
  },
  arms: (tier) =>
    (tier === "smoke" ? [40] : [40, 80, 160]).flatMap((rows) =>
      Object.entries(methods).map(([method, describe]) => ({
        method,
        group: `${rows} molecules`,
        kind: method === "alone" ? ("baseline" as const) : ("rule" as const),
        describe,
        options: { rows, sets: tier === "smoke" ? 5 : 50 },
      })),
    ),
  run: async (trial) => {
    const { refused, ...found } = predictedBenefit(await readTasks(), {
      method: trial.method as Method,
      primaryRows: Number(trial.options["rows"]),
      sets: Number(trial.options["sets"]),
      seed: trial.seed,
      progress: (fraction) => trial.progress(fraction),
    });
    const { sources } = await molecular();
    return {
      metrics: {
        "validation/rmse": found.rmse,
        "test/rmse": found.rmse,
        "test/measured-ratio": found.measured,
        ...(found.predicted !== undefined && {
          "test/predicted-ratio": found.predicted,
          "test/sign-agreement": found.signs ?? null,
          "test/spearman": found.spearman ?? null,
          "test/claims": found.claims ?? null,
          "test/claims-right": found.rightClaims ?? null,
        }),
      },
      notes:
        refused > 0
          ? [`${refused} training sets had a constant or repeated feature and were drawn anew.`]
          : [],
      datasets: sources.map(({ file, sha256 }) => ({ name: file, sha256 })),
      runtime: "javascript/float64",
    };
  },
});

export default benchmark;
