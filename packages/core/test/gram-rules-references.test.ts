import { readFileSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import { alignedMtl } from "@outrigger/core/weighting/aligned-mtl";
import { auxinash } from "@outrigger/core/weighting/auxinash";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { dualProj } from "@outrigger/core/weighting/dual-proj";
import { fairgrad } from "@outrigger/core/weighting/fairgrad";
import { vaccinate } from "@outrigger/core/weighting/gram/vaccinate";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { mgda } from "@outrigger/core/weighting/mgda";
import { nashMtl } from "@outrigger/core/weighting/nash-mtl";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { describe, expect, test } from "vitest";
import { product } from "./support/gram.ts";

interface Case {
  J: number[][];
  G: number[][];
  methods: Record<string, { weights: number[]; orders: number[][]; rho_after: number[][]; p: number[] }>;
}
const cases = Object.entries(
  JSON.parse(readFileSync(new URL("fixtures/gram-methods.json", import.meta.url), "utf8")) as Record<
    string,
    Case
  >,
);

const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-9) => {
  const unit = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  for (const [k, value] of expected.entries()) {
    expect(
      Math.abs(actual[k]! - value) / unit,
      `${actual.join()} is not ${expected.join()}`,
    ).toBeLessThanOrEqual(tolerance);
  }
};
const ask = <S>(rule: Weighting<S>, gram: number[][]): number[] =>
  rule.weigh(
    { step: 0, epoch: 0, losses: gram.map(() => 1), primary: 0, gram },
    rule.init(gram.length, 0),
    Random.seeded(0, "rule"),
  ).weights;

describe.each(cases)("stored reference values: %s", (_, { G, methods }) => {
  const mean = { scale: "mean" } as const;
  const of = (name: string) => methods[name]!.weights;
  const known: [string, () => Weighting][] = [
    ["mgda_exact", () => mgda(mean) as Weighting],
    ["mgda_exact_l2_normalised", () => mgda({ normalize: "l2", ...mean }) as Weighting],
    ["cagrad_c0.4_rescale0", () => cagrad({ rescale: "none", ...mean }) as Weighting],
    ["cagrad_c0.4_rescale1", () => cagrad(mean) as Weighting],
    ["cagrad_c0.4_rescale2", () => cagrad({ rescale: "c", ...mean }) as Weighting],
    ["cagrad_c0.5_rescale0", () => cagrad({ c: 0.5, rescale: "none", ...mean }) as Weighting],
    ["cagrad_c0.5_rescale1", () => cagrad({ c: 0.5, ...mean }) as Weighting],
    ["cagrad_c0.5_rescale2", () => cagrad({ c: 0.5, rescale: "c", ...mean }) as Weighting],
    ["imtl_g", () => imtlG(mean) as Weighting],
    ["nash_mtl_exact", () => nashMtl({ maxNorm: null }) as Weighting],
    ["nash_mtl_official_scale_max_norm1", () => nashMtl() as Weighting],
    ["fairgrad_alpha1", () => fairgrad() as Weighting],
    ["fairgrad_alpha2", () => fairgrad({ alpha: 2 }) as Weighting],
    ["aligned_mtl_min_pref_mean", () => alignedMtl(mean) as Weighting],
    ["aligned_mtl_min_pref_sum", () => alignedMtl() as Weighting],
    ["aligned_mtl_median_pref_mean", () => alignedMtl({ unit: "median", ...mean }) as Weighting],
    ["aligned_mtl_rmse_pref_mean", () => alignedMtl({ unit: "rmse", ...mean }) as Weighting],
    ["upgrad_reg1e-4", () => upgrad(mean) as Weighting],
    ["upgrad_unregularised", () => upgrad({ epsilon: 0, ...mean }) as Weighting],
    ["dualproj_reg1e-4", () => dualProj(mean) as Weighting],
    ["dualproj_unregularised", () => dualProj({ epsilon: 0, ...mean }) as Weighting],
    ["config", () => conFig() as Weighting],
  ];
  test.each(known)("%s", (name, make) =>
    // The stored CAGrad values come from an iterative solver, good to some 1e-9.
    close(ask(make(), G), of(name), name.startsWith("cagrad") ? 1e-8 : 1e-9),
  );

  test("auxinash with preferences 2 : 1 : …", () => {
    const name = Object.keys(methods).find((key) => key.startsWith("auxinash"))!;
    close(ask(auxinash({ preferences: methods[name]!.p }), G), of(name));
  });

  // The stored values have LibMTL's 1e-8 in the denominators, which moves them by some 1e-9 for short gradients.
  test("gradvac: two steps, and targets of 0.3", () => {
    const start = (value: number) => G.map((_, i) => G.map((__, j) => (i === j && value === 0 ? 0 : value)));
    let targets = start(0);
    for (const name of ["gradvac_step1_beta0.5", "gradvac_step2_same_grads_beta0.5"]) {
      const { orders, rho_after } = methods[name]!;
      const found = vaccinate(G, orders, targets, 0.5);
      close(found.weights, of(name), 1e-6);
      close(found.targets.flat(), rho_after.flat(), 1e-6);
      targets = found.targets;
    }
    const last = methods["gradvac_rho0.3_beta0.01"]!;
    const found = vaccinate(G, last.orders, start(0.3), 0.01);
    close(found.weights, last.weights, 1e-6);
    close(found.targets.flat(), last.rho_after.flat(), 1e-6);
  });

  test("each does what it is for: equal projections (IMTL-G), w(Gw) = 1 (Nash), no conflict (UPGrad, DualProj)", () => {
    const projections = product(G, ask(imtlG(), G)).map((value, k) => value / Math.sqrt(G[k]![k]!));
    close(
      projections,
      projections.map(() => projections[0]!),
    );
    const nash = ask(nashMtl({ maxNorm: null }), G);
    close(
      product(G, nash).map((value, k) => value * nash[k]!),
      nash.map(() => 1),
    );
    const longest = Math.max(...G.map((row, k) => row[k]!));
    for (const rule of [upgrad({ epsilon: 0 }), dualProj({ epsilon: 0 })]) {
      expect(Math.min(...product(G, ask(rule, G)))).toBeGreaterThan(-1e-9 * longest);
    }
  });
});
