import { readFileSync } from "node:fs";
import { alignedMtl } from "@outrigger/core/weighting/aligned-mtl";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { projectConflicts } from "@outrigger/core/weighting/gram/project-conflicts";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { mgda } from "@outrigger/core/weighting/mgda";
import { nashMtl } from "@outrigger/core/weighting/nash-mtl";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { uniform } from "@outrigger/core/weighting/uniform";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import { describe, expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { gramOf } from "../support/gram.ts";

interface Trajectory {
  steps: { theta: number[]; weights: number[] }[];
  theta_final: number[];
  losses_final: number[];
}
interface Problem {
  problem: { a: number[]; c: number[][]; theta0: number[] };
  methods: Record<string, Trajectory>;
}
const problems = Object.entries(
  JSON.parse(readFileSync(new URL("../fixtures/trajectories.json", import.meta.url), "utf8")) as Record<
    string,
    Problem
  >,
);

const mean = { scale: "mean" } as const;
const rules: Record<string, (gram: number[][]) => number[]> = {
  sum: (gram) => ask(uniform(), gram),
  pcgrad_ascending: (gram) =>
    projectConflicts(
      gram,
      gram.map(() => [...gram.keys()]),
    ),
  mgda_exact: (gram) => ask(mgda(mean), gram),
  "cagrad_c0.4_rescale1": (gram) => ask(cagrad(mean), gram),
  // Three gradients in a plane are dependent.
  imtl_g: (gram) => ask(imtlG({ inverse: "gram", ...mean }), gram),
  nash_exact: (gram) => ask(nashMtl({ maxNorm: null }), gram),
  upgrad_unregularised: (gram) => ask(upgrad({ epsilon: 0, ...mean }), gram),
  "upgrad_reg1e-4": (gram) => ask(upgrad(mean), gram),
  aligned_mtl_min_mean: (gram) => ask(alignedMtl(mean), gram),
  config: (gram) => ask(conFig(), gram),
  gcs_unweighted_primary0: (gram) => ask(gradientCosine(), gram),
  gcs_weighted_primary0: (gram) => ask(gradientCosine({ weighted: true }), gram),
  pri_pcgrad_primary0: (gram) => ask(pcgrad({ primaryOnly: true }), gram),
};

describe.each(problems)("five steps of 0.05 Σ_k w_k g_k on %s, L_k = ½ a_k ‖θ − c_k‖²", (_, problem) => {
  const { a, c, theta0 } = problem.problem;

  test.each(Object.keys(problem.methods))("%s", (name) => {
    const { steps, theta_final, losses_final } = problem.methods[name]!;
    expect(steps).toHaveLength(5);
    let theta = theta0;
    for (const stored of steps) {
      expectClose(theta, stored.theta, 1e-8);
      const rows = a.map((curvature, k) => theta.map((value, d) => curvature * (value - c[k]![d]!)));
      const weights = rules[name]!(gramOf(rows));
      expectClose(weights, stored.weights, 1e-8);
      theta = theta.map(
        (value, d) => value - 0.05 * rows.reduce((sum, row, k) => sum + weights[k]! * row[d]!, 0),
      );
    }
    expectClose(theta, theta_final, 1e-8);
    const losses = a.map(
      (curvature, k) => (curvature / 2) * theta.reduce((sum, value, d) => sum + (value - c[k]![d]!) ** 2, 0),
    );
    expectClose(losses, losses_final, 1e-8);
  });
});
