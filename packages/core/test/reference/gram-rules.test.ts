import { readFileSync } from "node:fs";
import { alignedMtl } from "@outrigger/core/weighting/aligned-mtl";
import { auxinash } from "@outrigger/core/weighting/auxinash";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { dualProj } from "@outrigger/core/weighting/dual-proj";
import { fairgrad } from "@outrigger/core/weighting/fairgrad";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { projectConflicts } from "@outrigger/core/weighting/gram/project-conflicts";
import { vaccinate } from "@outrigger/core/weighting/gram/vaccinate";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { mgda } from "@outrigger/core/weighting/mgda";
import { nashMtl } from "@outrigger/core/weighting/nash-mtl";
import { olAux } from "@outrigger/core/weighting/ol-aux";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uniform } from "@outrigger/core/weighting/uniform";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { describe, expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";

interface Method {
  weights: number[];
  direction: number[];
  orders: number[][];
  rho_after: number[][];
  p: number[];
}
interface Case {
  J: number[][];
  G: number[][];
  cosine: number[][];
  gradient_norms: number[];
  olaux_increment_beta1_primary0: { dot: number[]; cosine: number[] };
  methods: Record<string, Method>;
}
const cases = Object.entries(
  JSON.parse(readFileSync(new URL("../fixtures/gram-methods.json", import.meta.url), "utf8")) as Record<
    string,
    Case
  >,
);

type Answer = (gram: number[][], stored: Method) => number[];
const says =
  (make: (tasks: number) => Weighting<never>): Answer =>
  (gram) =>
    ask(make(gram.length), gram);
const mean = { scale: "mean" } as const;

/** The target ρ of every pair before the first step. */
const targets = (gram: number[][], value: number): number[][] =>
  gram.map((_, i) => gram.map((__, j) => (i === j ? 1 : value)));
/** The stored values were made with 1e-8 in the denominators. */
const vaccinated = (gram: number[][], orders: number[][], rho: number[][], beta: number) =>
  vaccinate(gram, orders, rho, beta, 1e-8);

/** Every method of the file: what answers it, and how near. */
const rules: Record<string, Answer | [Answer, number]> = {
  sum: says(() => uniform() as Weighting<never>),
  mean: says((T) => staticWeights({ weights: Array.from({ length: T }, () => 1 / T) }) as Weighting<never>),
  pcgrad_ascending_order: (gram, { orders }) => projectConflicts(gram, orders),
  pcgrad_descending_order: (gram, { orders }) => projectConflicts(gram, orders),
  "gradvac_step1_beta0.5": (gram, { orders }) => vaccinated(gram, orders, targets(gram, 0), 0.5).weights,
  "gradvac_step2_same_grads_beta0.5": (gram, { orders }) =>
    vaccinated(gram, orders, vaccinated(gram, orders, targets(gram, 0), 0.5).targets, 0.5).weights,
  "gradvac_rho0.3_beta0.01": (gram, { orders }) => vaccinated(gram, orders, targets(gram, 0.3), 0.01).weights,
  mgda_exact: says(() => mgda(mean) as Weighting<never>),
  // That solver stops early.
  "mgda_frank_wolfe_eps1e-3_100": [says(() => mgda(mean) as Weighting<never>), 2e-2],
  mgda_exact_l2_normalised: says(() => mgda({ normalize: "l2", ...mean }) as Weighting<never>),
  imtl_g: says(() => imtlG(mean) as Weighting<never>),
  nash_mtl_exact: says(() => nashMtl({ maxNorm: null }) as Weighting<never>),
  nash_mtl_official_scale_max_norm1: says(() => nashMtl() as Weighting<never>),
  auxinash_p_2_1_normalised_to_K: (gram, { p }) => ask(auxinash({ preferences: p }), gram),
  aligned_mtl_min_pref_mean: says(() => alignedMtl(mean) as Weighting<never>),
  aligned_mtl_min_pref_sum: says(() => alignedMtl() as Weighting<never>),
  aligned_mtl_median_pref_mean: says(() => alignedMtl({ unit: "median", ...mean }) as Weighting<never>),
  aligned_mtl_rmse_pref_mean: says(() => alignedMtl({ unit: "rmse", ...mean }) as Weighting<never>),
  "upgrad_reg1e-4": says(() => upgrad(mean) as Weighting<never>),
  upgrad_unregularised: says(() => upgrad({ epsilon: 0, ...mean }) as Weighting<never>),
  "dualproj_reg1e-4": says(() => dualProj(mean) as Weighting<never>),
  dualproj_unregularised: says(() => dualProj({ epsilon: 0, ...mean }) as Weighting<never>),
  config: says(() => conFig() as Weighting<never>),
  gcs_unweighted_primary0: says(() => gradientCosine() as Weighting<never>),
  gcs_weighted_primary0: says(() => gradientCosine({ weighted: true }) as Weighting<never>),
  pri_pcgrad_primary0: says(() => pcgrad({ primaryOnly: true }) as Weighting<never>),
  fairgrad_alpha1: says(() => fairgrad() as Weighting<never>),
  fairgrad_alpha2: says(() => fairgrad({ alpha: 2 }) as Weighting<never>),
};
// The stored values come from an iterative solver; `cagrad.test.ts` compares with 40 digits.
for (const c of [0.4, 0.5]) {
  for (const [place, rescale] of (["none", "c²", "c"] as const).entries()) {
    rules[`cagrad_c${c}_rescale${place}`] = [
      says(() => cagrad({ c, rescale, ...mean }) as Weighting<never>),
      1e-8,
    ];
  }
}

/** Answered by the test of a rule that looks at two batches. */
const elsewhere = new Set(["sdmgrad_lam0.3_20it_lr5_mom0.5_single_batch_G", "sdmgrad_lam0.3_exact"]);

describe.each(cases)("stored reference values: %s", (_, stored) => {
  const { J, G, methods } = stored;

  test.each(Object.keys(methods).filter((name) => !elsewhere.has(name)))("%s", (name) => {
    const rule = rules[name];
    if (rule === undefined) throw new Error(`No rule answers ${name}.`);
    const [answer, tolerance] = typeof rule === "function" ? [rule, 1e-9] : rule;
    const found = answer(G, methods[name]!);
    expectClose(found, methods[name]!.weights, tolerance);
    const unit = Math.max(...J.flat().map(Math.abs)) * Math.max(...found.map(Math.abs));
    for (const [d, value] of methods[name]!.direction.entries()) {
      const along = found.reduce((sum, weight, k) => sum + weight * J[k]![d]!, 0);
      expect(Math.abs(along - value)).toBeLessThanOrEqual(J.length * tolerance * unit);
    }
  });

  test("gradvac's targets after each step", () => {
    const of = (name: string) => methods[`gradvac_${name}`]!;
    const [one, two, other] = ["step1_beta0.5", "step2_same_grads_beta0.5", "rho0.3_beta0.01"].map(of);
    const first = vaccinated(G, one!.orders, targets(G, 0), 0.5);
    const second = vaccinated(G, two!.orders, first.targets, 0.5);
    const third = vaccinated(G, other!.orders, targets(G, 0.3), 0.01);
    for (const [found, { rho_after }] of [
      [first, one!],
      [second, two!],
      [third, other!],
    ] as const) {
      const pairs = (matrix: number[][]) => matrix.flatMap((row, i) => row.filter((__, j) => i !== j));
      expectClose(pairs(found.targets), pairs(rho_after));
    }
  });

  test("what ol-aux adds to a weight: inner products, or cosines", () => {
    const { dot, cosine } = stored.olaux_increment_beta1_primary0;
    for (const [similarity, increments] of [
      ["dot", dot],
      ["cosine", cosine],
    ] as const) {
      const rule = olAux({ similarity, interval: 1, learningRate: 1, minimum: -1e6 });
      const view = { step: 0, epoch: 0, losses: [], primary: 0, gram: G };
      const { state } = rule.weigh(view, rule.init(G.length, 0), null as never);
      expectClose(
        state.alpha.slice(1).map((value) => value - 1),
        increments,
      );
    }
  });
});
