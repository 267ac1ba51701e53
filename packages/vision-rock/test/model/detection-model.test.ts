import { gradients, leaves, mapTree, type NDArray, trace } from "@outrigger/core";
import { conv2d } from "@outrigger/core/nn/conv";
import { adamw } from "@outrigger/core/optimize/adamw";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import type { Params, ParamsTensors } from "@outrigger/core/train/model";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { resnet50 } from "../../src/backbone/resnet50.ts";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import { smallSsd } from "../../src/detector/presets.ts";
import { type DetectionModel, detectionModel } from "../../src/model/detection-model.ts";
import { once, wave } from "../support/run.ts";
import {
  batchesOf,
  blockOptions,
  CLASSES,
  grid,
  type HostBatch,
  PRIORS,
  SCENES,
  size,
  tasks,
  tasksOf,
  tinyBatch,
  tinyModel,
  without,
  zeros,
} from "../support/tiny.ts";

type TaskName = keyof typeof tasks;

const init = (model: DetectionModel, seed = 6): Params => model.init(Random.seeded(seed, "init"));

const paths = (params: Params): string[] => {
  const found: string[] = [];
  mapTree<NDArray, null>(params, (_, path) => {
    found.push(path);
    return null;
  });
  return found;
};

const lossOf = (
  model: DetectionModel,
  name: TaskName,
  params: ParamsTensors,
  batch: DetectionBatch,
): Scalar => {
  const { values, mask } = tasks[name].loss(model.apply(params, batch, { training: true })[name]!, batch);
  return tf.sum(tf.mul(values, mask!));
};

/** The paths of the parameters that a task's loss has a gradient for. */
async function reached(model: DetectionModel, name: TaskName): Promise<string[]> {
  const params = init(model);
  const f = (p: ParamsTensors, batch: DetectionBatch) =>
    gradients([lossOf(model, name, p, batch)], p as never)[0]!;
  const slopes = leaves(await once<never>(f, params, tinyBatch()));
  const moved = (slope: NDArray): boolean => slope.data.some((value) => value !== 0);
  return paths(params).filter((_, i) => moved(slopes[i]!));
}

const shapeOf = (model: DetectionModel, inputs: readonly number[]) => {
  const params = init(model);
  const graph = trace((p: never, x: never) => model.apply(p, { inputs: x }, { training: false }))(
    params as never,
    { shape: inputs },
  );
  return mapTree(graph.outputs as never, ({ shape }: NDArray) => [...shape]) as unknown;
};

describe("outputs", () => {
  it("are of the shapes that the losses read", () => {
    expect(shapeOf(tinyModel({}), [2, size.height, size.width, 3])).toEqual({
      detection: [2, PRIORS, 5 + CLASSES],
      scene: [2, SCENES],
      depth: [2, grid.height, grid.width],
      normals: [2, grid.height, grid.width, 3],
    });
  });

  it("without a block are the detector's alone", () => {
    const model = tinyModel(null);
    expect(model.tasks).toEqual(["detection"]);
    expect(shapeOf(model, [1, size.height, size.width, 3])).toEqual({ detection: [1, PRIORS, 5 + CLASSES] });
    expect(paths(init(model)).some((path) => path.startsWith("trunk/block"))).toBe(false);
  });

  it("lie on the reference's grid of 30 × 40 at 480 × 640, features behind the map", () => {
    const backbone = resnet50({ height: 480, width: 640, base: 2 });
    const { channels } = backbone.map;
    const model = detectionModel({
      backbone,
      block: { tasks: ["scene", "depth", "normals"], scenes: 27, channels: { depth: 128, normals: 384 } },
      detector: { head: conv2d({ inputs: channels, outputs: 1 }) },
    });
    const f = ({ trunk, heads }: ParamsTensors, inputs: never) => ({
      z: model.represent(trunk, { inputs }, { training: false }),
      ...model.apply({ trunk, heads }, { inputs }, { training: false }),
    });
    const { outputs } = trace(f)(model.init(zeros) as never, { shape: [1, 480, 640, 3] });
    expect(mapTree(outputs as never, ({ shape }: NDArray) => [...shape])).toEqual({
      z: [1, 30, 40, channels + 27 + 128 + 384],
      detection: [1, 30, 40, 1],
      scene: [1, 27],
      depth: [1, 30, 40],
      normals: [1, 30, 40, 3],
    });
  });
});

describe("heads", () => {
  it("read their own channels of z and nothing else", async () => {
    const model = tinyModel({});
    const { heads } = init(model);
    const widths = { detection: 8, scene: SCENES, depth: 2, normals: 6 };
    const z = wave([1, grid.height, grid.width, 8 + SCENES + 2 + 6], 0.37, 1);
    const f = (p: ParamsTensors["heads"], x: Tensor) =>
      Object.fromEntries(
        model.tasks.map((task) => {
          const total = tf.sum(
            tf.square(model.decode(p[task] ?? [], x, {} as never, { training: true }, task)),
          );
          return [task, tf.max(tf.abs(gradients([total as Scalar], x)[0] as Tensor), [0, 1, 2])];
        }),
      );
    const slopes = await once<Record<TaskName, NDArray>>(f, heads, z);
    let start = 0;
    for (const task of model.tasks) {
      const end = start + widths[task];
      slopes[task].data.forEach((slope, c) => expect(slope > 0).toBe(c >= start && c < end));
      start = end;
    }
  });

  it("are empty for pooled predictors, and a convolution each otherwise", () => {
    const heads = (predictor: "pooled" | "conv"): number[] => {
      const found = init(tinyModel({ predictor })).heads;
      return (["scene", "depth", "normals"] as const).map((task) => leaves(found[task] as never).length);
    };
    expect(heads("pooled")).toEqual([0, 0, 0]);
    expect(heads("conv")).toEqual([2, 2, 2]);
  });
});

describe("gradients", () => {
  const within = (all: readonly string[], part: string): boolean => all.some((path) => path.startsWith(part));
  const auxiliaries = ["scene", "depth", "normals"] as const;

  for (const fusion of ["sum", "none", "gated", "cross-stitch"] as const) {
    it(`${fusion}: a task reaches what it is made of and nothing else`, async () => {
      const model = tinyModel({ fusion });
      const detection = await reached(model, "detection");
      const everything = paths(init(model));
      const fused = fusion !== "none";
      // Fused, the detector is made of all there is; flat, of the backbone and its own head.
      expect(detection).toEqual(
        everything.filter((path) => fused || /^(trunk\/backbone|heads\/detection)/.test(path)),
      );
      for (const task of auxiliaries) {
        const found = await reached(model, task);
        expect(within(found, "trunk/backbone/0")).toBe(true);
        expect(within(found, "trunk/block/encoder")).toBe(true);
        for (const other of auxiliaries)
          expect(within(found, `trunk/block/features/${other}`)).toBe(other === task);
        expect(within(found, "trunk/block/fusion")).toBe(false);
        expect(within(found, "heads")).toBe(false);
      }
    });
  }

  for (const name of Object.keys(tasks) as TaskName[]) {
    it(`${name}: an image without that annotation has none, in any pixel`, async () => {
      const model = tinyModel({});
      const params = init(model);
      const f = (p: ParamsTensors, batch: DetectionBatch) =>
        gradients([lossOf(model, name, p, batch)], batch.inputs)[0]!;
      const slopes = async (batch: HostBatch): Promise<Float32Array[]> => {
        const { data } = await once<NDArray>(f, params, batch);
        const each = data.length / 2;
        return [0, 1].map((image) => data.slice(image * each, (image + 1) * each) as Float32Array);
      };
      const whole = await slopes(tinyBatch());
      const found = await slopes(without(tinyBatch(), name, 0));
      expect(whole[0]!.some((value) => value !== 0)).toBe(true);
      expect(found[0]!.every((value) => value === 0)).toBe(true);
      found[1]!.forEach((value, i) => expect(value).toBeCloseTo(whole[1]![i]!, 5));
    });
  }
});

describe("controls", () => {
  const train = async (model: DetectionModel, batch: HostBatch, weights: readonly number[]) => {
    const fitted = await fit(model, {
      tasks: tasksOf(model),
      method: staticWeights({ weights }),
      optimizer: adamw({ learningRate: 1e-2 }),
      train: batchesOf(batch),
      validation: batchesOf(batch),
      epochs: 3,
      seed: 0,
      callbacks: [],
    });
    const values = leaves<NDArray>(fitted.last as never).map(({ data }) => [...data]);
    await fitted.dispose();
    return values;
  };
  const none = [1, 0, 0, 0];

  it("capacity: the block with weights 0 for its tasks learns the same from any of their labels", async () => {
    const [batch, other] = [tinyBatch(2, 1), tinyBatch(2, 9)];
    const relabelled = { ...batch, scene: other.scene, logDepth: other.logDepth, normals: other.normals };
    const found = await train(tinyModel({}), batch, none);
    expect(await train(tinyModel({}), relabelled, none)).toEqual(found);
    expect(await train(tinyModel({}), batch, [1, 0, 1, 0])).not.toEqual(found);
    // The block takes part all the same.
    const begin = leaves<NDArray>(tinyModel({}).init(Random.seeded(0, "init")) as never).map(({ data }) => [
      ...data,
    ]);
    const parts = paths(tinyModel({}).init(Random.seeded(0, "init")));
    parts.forEach((path, i) => {
      if (path.startsWith("trunk/block")) expect(found[i]).not.toEqual(begin[i]);
    });
  });

  it("flat with weights 0 is the detector alone: the block changes nothing for it", async () => {
    const batch = tinyBatch();
    const output = async (model: DetectionModel, params: Params): Promise<NDArray> =>
      once<NDArray>(
        (p: never, b: DetectionBatch) => model.apply(p, b, { training: false }).detection!,
        params,
        batch,
      );
    const [flat, alone] = [tinyModel({ fusion: "none" }), tinyModel(null)];
    const params = init(flat);
    const { backbone } = params.trunk as unknown as { backbone: NDArray };
    const own = { trunk: { backbone }, heads: { detection: params.heads.detection! } };
    expect(await output(flat, params)).toEqual(await output(alone, own));
  });
});

describe("frozen", () => {
  it("names the norms of a ResNet, which training under weight decay leaves as they are", async () => {
    const backbone = resnet50({ ...size, base: 2, blocks: [1, 1, 1, 1] });
    const model = detectionModel({
      backbone,
      block: { ...blockOptions, norm: "frozen-batch" },
      detector: smallSsd({ map: backbone.map, classes: CLASSES }),
    });
    const batch = tinyBatch();
    const fitting = {
      ...tasksOf(model)[0]!,
      loss: (output: Tensor) => ({ values: tf.mean<never>(tf.square(output), [1, 2]) }),
    };
    const start = init(model);
    const fitted = await fit(model, {
      tasks: [fitting],
      method: uniform(),
      optimizer: adamw({ learningRate: 1e-2, weightDecay: 0.1 }),
      frozen: model.frozen,
      train: batchesOf(batch),
      validation: batchesOf(batch),
      epochs: 2,
      seed: 0,
      start,
    });
    const after = leaves<NDArray>(fitted.last as never);
    await fitted.dispose();
    leaves<NDArray>(start as never).forEach(({ data }, i) => {
      const path = paths(start)[i]!;
      if (!path.startsWith("trunk/backbone")) return;
      const still = /(bn\d|downsample\/1)\/(scale|shift)$/.test(path);
      expect(model.frozen.some((part) => path.startsWith(`${part}/`))).toBe(still);
      expect(data.every((value, j) => value === after[i]!.data[j])).toBe(still);
    });
  });
});

describe("gates", () => {
  it("are reported by task, image by image; other fusions have none", async () => {
    const model = tinyModel({ fusion: "gated-map", tasks: ["depth", "normals"] });
    const f = (p: never, b: DetectionBatch) => model.gates(p, b, { training: false }) as never;
    const found = await once<Record<string, NDArray>>(f, init(model).trunk, tinyBatch());
    expect(Object.entries(found).map(([task, { data }]) => [task, [...data]])).toEqual([
      ["depth", [0.5, 0.5]],
      ["normals", [0.5, 0.5]],
    ]);
    const other = tinyModel({ fusion: "sum" });
    const none = trace((p: never, b: never) => other.gates(p, b, { training: false }) as never);
    expect(none(init(other).trunk, tinyBatch() as never).outputs).toEqual({});
  });
});
