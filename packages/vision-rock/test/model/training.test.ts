import { leaves, type NDArray } from "@outrigger/core";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { uniform } from "@outrigger/core/weighting/uniform";
import { describe, expect, it } from "vitest";
import { FUSIONS, type FusionKind } from "../../src/rock/fusion/kinds.ts";
import { batchesOf, tasksOf, tinyBatch, tinyModel } from "../support/tiny.ts";

const kinds = Object.keys(FUSIONS) as FusionKind[];

describe("training a step", () => {
  for (const fusion of kinds) {
    for (const predictor of ["pooled", "conv"] as const) {
      if (predictor === "conv" && fusion !== "sum" && fusion !== "none") continue;
      it(`${fusion} with ${predictor} predictors: every parameter moves and stays finite`, async () => {
        const model = tinyModel({ fusion, predictor });
        const batch = batchesOf(tinyBatch());
        const start = model.init(Random.seeded(3, "init"));
        const fitted = await fit(model, {
          tasks: tasksOf(model),
          method: uniform(),
          optimizer: adam({ learningRate: 1e-3 }),
          train: batch,
          validation: batch,
          epochs: 2,
          seed: 0,
          start,
        });
        const moved = leaves<NDArray>(fitted.last as never).map(({ data }, i) => {
          const before = leaves<NDArray>(start as never)[i]!.data;
          expect(data.every(Number.isFinite)).toBe(true);
          return data.some((value, j) => value !== before[j]);
        });
        expect(moved.every(Boolean)).toBe(true);
        await fitted.dispose();
      });
    }
  }
});
