import { readFileSync } from "node:fs";
import { alignedMtl } from "@outrigger/core/weighting/aligned-mtl";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { projectConflicts } from "@outrigger/core/weighting/gram/project-conflicts";
import { vaccinate } from "@outrigger/core/weighting/gram/vaccinate";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { describe, expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { gramOf } from "../support/gram.ts";

interface Case {
  gradients: number[][];
  weights: Record<string, number[]>;
  "config direction": number[];
}
const { cases } = JSON.parse(
  readFileSync(new URL("../fixtures/torchjd-gram.json", import.meta.url), "utf8"),
) as { cases: Record<string, Case> };

const mean = { scale: "mean" } as const;
const ascending = (gram: number[][]): number[][] => gram.map(() => [...gram.keys()]);
/** One step of gradient vaccine as TorchJD takes it, with 1e-8 in the denominators. */
const vaccine = (gram: number[][], targets: number[][]) =>
  vaccinate(gram, ascending(gram), targets, 0.5, 1e-8);
const zeros = (gram: number[][]): number[][] => gram.map((row) => row.map(() => 0));

const answers: Record<string, (gram: number[][]) => number[]> = {
  pcgrad: (gram) => projectConflicts(gram, ascending(gram)),
  "gradvac, step 1": (gram) => vaccine(gram, zeros(gram)).weights,
  "gradvac, step 2": (gram) => vaccine(gram, vaccine(gram, zeros(gram)).targets).weights,
  "imtl-g": (gram) => ask(imtlG({ inverse: "gram", ...mean }), gram),
  "aligned-mtl (min)": (gram) => ask(alignedMtl(mean), gram),
  "aligned-mtl (median)": (gram) => ask(alignedMtl({ unit: "median", ...mean }), gram),
  "aligned-mtl (rmse)": (gram) => ask(alignedMtl({ unit: "rmse", ...mean }), gram),
};

describe.each(Object.entries(cases))("TorchJD's weights, matrix of %s", (_, stored) => {
  const gram = gramOf(stored.gradients);

  test.each(Object.entries(stored.weights))("%s", (name, weights) => {
    expectClose(answers[name]!(gram), weights, 1e-9);
  });

  test("config's direction", () => {
    const weights = ask(conFig(), gram);
    const direction = stored["config direction"].map((__, d) =>
      weights.reduce((sum, weight, k) => sum + weight * stored.gradients[k]![d]!, 0),
    );
    expectClose(direction, stored["config direction"], 1e-9);
    expect(Object.keys(stored.weights).sort()).toEqual(Object.keys(answers).sort());
  });
});
