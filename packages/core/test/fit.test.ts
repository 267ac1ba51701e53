import { adam } from "@outrigger/core/optimize/adam";
import { fit } from "@outrigger/core/train/fit";
import { uniform } from "@outrigger/core/weighting/uniform";
import { expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";

it("runs", async () => {
  for (const options of [
    { runtime: "onnx" },
    { runtime: "tfjs", backend: "cpu" },
    { runtime: "tfjs", backend: "wasm" },
  ] as const) {
    const t = toy();
    const r = await fit(t.model, {
      ...t,
      method: uniform(),
      optimizer: adam({ learningRate: 0.01 }),
      epochs: 20,
      seed: 1,
      ...options,
    });
    console.log(r.best, await r.evaluate(t.test), r.history.at(-1));
    expect(r.best).not.toBeNull();
  }
});
