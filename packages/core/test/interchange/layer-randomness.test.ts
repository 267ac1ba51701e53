import { array, type NDArray } from "@outrigger/core/graph/array";
import { compile } from "@outrigger/core/graph/index";
import { fromLayersModel } from "@outrigger/core/interchange/layers-model";
import { Random } from "@outrigger/core/random";
import type { LayersModel, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { numbers } from "../graph/case.ts";
import { reference } from "./reference.ts";

const random = Random.seeded(1, "init");
const l = tf.layers;

const dropouts: readonly [string, tf.layers.Layer][] = [
  ["dropout", l.dropout({ rate: 0.4, inputShape: [7, 3], seed: 3 })],
  [
    "dropout with a noise shape",
    l.dropout({ rate: 0.4, inputShape: [7, 3], noiseShape: [null as never, 1, 3] }),
  ],
  ["spatial dropout", l.spatialDropout1d({ rate: 0.4, inputShape: [7, 3] } as never)],
];

describe("randomness of layers", () => {
  const ones = array(new Float32Array(4 * 21).fill(1), [4, 7, 3]);
  const draw = (model: LayersModel, training = true, seed = 1) => {
    const trunk = fromLayersModel(model);
    const f = (p: Record<string, Tensor>, input: Tensor): Tensor => trunk.apply(p, input, { training });
    const run = compile(f as never, { ...reference, random: Random.seeded(seed, "d") });
    return async () => ((await run(trunk.init(random), ones)) as NDArray).data;
  };

  it.each(dropouts)("of %s comes from the seeded stream, anew on every call", async (_, layer) => {
    const model = tf.sequential({ layers: [layer] });
    const run = draw(model);
    const [first, second] = [await run(), await run()];
    expect(Array.from(first).every((v) => v === 0 || Math.abs(v - 1 / 0.6) < 1e-6)).toBe(true);
    expect(new Set(first).size).toBe(2);
    expect(second).not.toEqual(first);
    expect(await draw(model)()).toEqual(first);
    expect(await draw(model, false)()).toEqual(ones.data);
    // All rows of a sample share their mask where the shape says so.
    const rows = Array.from({ length: 7 }, (_r, t) => Array.from(first.slice(3 * t, 3 * t + 3)).join());
    expect(new Set(rows).size === 1).toBe(
      layer.getClassName() !== "Dropout" ||
        ("noiseShape" in layer.getConfig() && layer.getConfig().noiseShape != null),
    );
  });

  it("of alpha dropout keeps mean and variance of normal values", async () => {
    const trunk = fromLayersModel(
      tf.sequential({ layers: [l.alphaDropout({ rate: 0.3, inputShape: [200] } as never)] }),
    );
    const normal = Random.seeded(5, "x");
    const input = array(
      Float32Array.from({ length: 20_000 }, () => normal.normal()),
      [100, 200],
    );
    const f = (t: Tensor): Tensor => trunk.apply({}, t, { training: true });
    const run = compile(f as never, { ...reference, random: Random.seeded(1, "d") });
    const { data } = (await run(input)) as NDArray;
    const values = Array.from(data);
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    const counts = new Map<number, number>();
    for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
    expect(Math.abs(Math.max(...counts.values()) / values.length - 0.3)).toBeLessThan(0.02);
  });

  it("inside recurrent cells comes from the stream too, and leaves no mask behind", async () => {
    const lstm = () =>
      l.lstm({
        units: 2,
        dropout: 0.5,
        recurrentDropout: 0.5,
        kernelInitializer: "ones",
        returnSequences: true,
      });
    const model = tf.sequential({
      layers: [l.bidirectional({ layer: lstm() as never, inputShape: [7, 3], mergeMode: "concat" } as never)],
    });
    const run = draw(model);
    const first = await run();
    const before = tf.memory().numTensors;
    expect(await run()).not.toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
    expect(await draw(model)()).toEqual(first);
  });

  it("that is normal noise is refused, with the layer's name", () => {
    const trunk = fromLayersModel(
      tf.sequential({ layers: [l.gaussianNoise({ stddev: 1, inputShape: [3], name: "hiss" } as never)] }),
    );
    const run = compile(((t: Tensor) => trunk.apply({}, t, { training: true })) as never);
    return expect(run(numbers([2, 3]))).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("hiss (GaussianNoise)"),
    });
  });
});
