import { array, leaves, mapTree, type NDArray } from "@outrigger/core";
import { constant } from "@outrigger/core/nn/initialize";
import { Random } from "@outrigger/core/random";
import type { Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type Auxiliary } from "../../src/rock/auxiliary.ts";
import type { RockBlockOptions } from "../../src/rock/options.ts";
import { type RockBlock, rockBlock } from "../../src/rock/rock-block.ts";
import { once, wave } from "../support/run.ts";
import { count, zeros } from "../support/tiny.ts";

const TASKS: Auxiliary[] = ["scene", "depth", "normals"];
const map = { height: 2, width: 3, channels: 8 };
const small = { map, tasks: TASKS, scenes: 4, encoder: 8, channels: { depth: 2, normals: 6 } } as const;
const random = () => Random.seeded(2, "init");
const sizeOf = (block: RockBlock): number => count(leaves<NDArray>(block.init(zeros)));

/** Refined map and features of one call, on the host. */
const refine = (block: RockBlock, params: unknown, x: NDArray) =>
  once<{ refined: NDArray; features: Record<string, NDArray> }>(
    (p: never, given: Tensor4D) => {
      const { refined, features } = block.refine(p, given, { training: true });
      return { refined, features };
    },
    params,
    x,
  );

const predict = (block: RockBlock, task: Auxiliary, features: NDArray) =>
  once<NDArray>((x: Tensor4D) => block.predictors[task]!.apply([], x), features);

describe("sizes at 480 × 640", () => {
  const full = { map: { height: 30, width: 40, channels: 2048 }, tasks: TASKS, scenes: 27 };
  const norms = 2 * (512 + 512) + 3 * 2 * 2048 + 2 * 2048;
  const encoder = 2048 * 512 + 512 + 9 * 512 * 512 + 512;
  const features = (27 + 128 + 384) * (512 + 1);
  const decoders = (27 + 128 + 384) * 2048 + 3 * 2048;

  it("has 4.81 million parameters: kernels, biases and two numbers a channel of every norm", () => {
    const block = rockBlock(full);
    expect(block.channels).toEqual({ scene: 27, depth: 128, normals: 384 });
    expect(sizeOf(block)).toBe(encoder + features + decoders + norms);
    expect(sizeOf(block)).toBe(4_813_851);
  });

  it("has 7.38 million with the convolutions of the tasks' own", () => {
    const own = 512 * 256 + 256 + 9 * 256 * 256 + 256 + 256 * 512 + 512 + 2 * (256 + 256 + 512);
    expect(sizeOf(rockBlock({ ...full, taskConvolutions: true }))).toBe(4_813_851 + 3 * own);
    expect(4_813_851 + 3 * own).toBe(7_378_971);
  });

  it("takes a quarter and a sixteenth of the map's channels, and enough of them on small maps", () => {
    const block = rockBlock({ ...full, map: { ...map, channels: 48 }, scenes: 6 });
    expect(block.channels).toEqual({ scene: 6, depth: 16, normals: 48 });
  });
});

describe("shapes", () => {
  it("keeps the map's, and gives every task its channels", async () => {
    const block = rockBlock({ ...small, taskConvolutions: true });
    const found = await refine(block, block.init(random()), wave([2, 2, 3, 8], 0.3, 1));
    expect(found.refined.shape).toEqual([2, 2, 3, 8]);
    const shapes = Object.entries(found.features).map(([task, { shape }]) => [task, shape]);
    const grid = [2, 2, 3];
    expect(Object.fromEntries(shapes)).toEqual({
      scene: [...grid, 4],
      depth: [...grid, 2],
      normals: [...grid, 6],
    });
  });

  it("does not mind the order in which tasks are named", () => {
    expect(rockBlock({ ...small, tasks: ["normals", "scene"] }).tasks).toEqual(["scene", "normals"]);
  });
});

describe("the pooled predictor", () => {
  const block = rockBlock(small);

  it("has no parameters", () => {
    for (const task of TASKS) expect(leaves(block.predictors[task]!.init(random()) as never)).toEqual([]);
  });

  it("scene: the mean of every map over the pixels", async () => {
    const features = array([1, 10, 0, -1, 3, 20, 0, -2, 5, 30, 0, -3, 7, 40, 6, -6], [1, 2, 2, 4]);
    const found = await predict(block, "scene", features);
    expect(found.shape).toEqual([1, 4]);
    [...found.data].forEach((value, i) => expect(value).toBeCloseTo([4, 25, 1.5, -3][i]!, 5));
  });

  it("depth: the mean over the channels of a pixel", async () => {
    const found = await predict(block, "depth", array([1, 3, -2, 4, 0, 0.5], [1, 1, 3, 2]));
    expect(found.shape).toEqual([1, 1, 3]);
    expect([...found.data]).toEqual([2, 1, 0.25]);
  });

  it("normals: the mean over each third of the channels of a pixel", async () => {
    const found = await predict(
      block,
      "normals",
      array([1, 3, 10, 20, -4, 0, 2, 2, 0, 1, 8, 6], [1, 1, 2, 6]),
    );
    expect(found.shape).toEqual([1, 1, 2, 3]);
    expect([...found.data]).toEqual([2, 15, -2, 2, 0.5, 7]);
  });
});

describe("the convolutional predictor", () => {
  it("is a linear map of every pixel's channels", async () => {
    const block = rockBlock({ ...small, predictor: "conv" });
    const predictor = block.predictors.depth!;
    expect(leaves<NDArray>(predictor.init(random()) as never).map(({ shape }) => shape)).toEqual([
      [1],
      [1, 1, 2, 1],
    ]);
    const params = { bias: array([7]), kernel: array([2, -1], [1, 1, 2, 1]) };
    const f = (p: never, x: Tensor4D) => predictor.apply(p, x);
    const found = await once<NDArray>(f, params, array([1, 3, 10, 5], [1, 1, 2, 2]));
    expect([...found.data]).toEqual([6, 22]);
    expect(found.shape).toEqual([1, 1, 2]);
  });

  it("does not need widths that can be parted", () => {
    expect(() => rockBlock({ ...small, predictor: "conv", channels: { normals: 7 } })).not.toThrow();
  });
});

describe("dropping tasks", () => {
  /** A block whose norms and rectifiers do nothing to what is positive, so that sums can be added by hand. */
  const plain = (tasks: readonly Auxiliary[]) => rockBlock({ ...small, tasks, norm: "frozen-batch" });
  const positive = (params: unknown): unknown =>
    mapTree(params as never, (leaf: NDArray) => array(leaf.data.map(Math.abs) as Float32Array, leaf.shape));

  it("F' is relu(F + Σ D_t(H_t)): a task that is dropped takes its term with it", async () => {
    const x = array(wave([1, 2, 3, 8], 0.3, 1).data.map(Math.abs) as Float32Array, [1, 2, 3, 8]);
    const whole = positive(plain(TASKS).init(random())) as {
      features: object;
      fusion: { decoders: object; norm: unknown };
    };
    const only = (tasks: readonly Auxiliary[]) => {
      const of = (all: object) =>
        Object.fromEntries(Object.entries(all).filter(([task]) => tasks.includes(task as Auxiliary)));
      const { features, fusion } = whole;
      return { ...whole, features: of(features), fusion: { ...fusion, decoders: of(fusion.decoders) } };
    };
    const terms = async (tasks: readonly Auxiliary[]): Promise<number[]> => {
      const { refined } = await refine(plain(tasks), only(tasks), x);
      return [...refined.data].map((value, i) => value - x.data[i]!);
    };
    const [scene, depth, normals] = await Promise.all(TASKS.map((task) => terms([task])));
    const [all, pair] = await Promise.all([terms(TASKS), terms(["scene", "normals"])]);
    all.forEach((value, i) => {
      expect(depth![i]!).toBeGreaterThan(0);
      expect(value / (scene![i]! + depth![i]! + normals![i]!)).toBeCloseTo(1, 4);
      expect(pair[i]! / (scene![i]! + normals![i]!)).toBeCloseTo(1, 4);
    });
  });

  it("takes the parameters of the task along", () => {
    const [all, two] = [plain(TASKS), plain(["scene", "normals"])].map(sizeOf);
    expect(all! - two!).toBe((8 + 1) * 2 + (2 * 8 + 8 + 2 * 8));
  });
});

describe("flat multi-task learning", () => {
  it("hands the map on as it is, and has no decoders", async () => {
    const block = rockBlock({ ...small, fusion: "none" });
    const params = block.init(random());
    const x = wave([2, 2, 3, 8], 0.3, 1);
    expect((await refine(block, params, x)).refined.data).toEqual(x.data);
    expect(leaves((params as { fusion: never }).fusion)).toEqual([]);
  });
});

describe("bad options", () => {
  const refused = (options: Partial<RockBlockOptions>) => () => rockBlock({ ...small, ...options });
  it("are named with what would do", () => {
    expect(refused({ tasks: [] })).toThrow(/leave the block out/);
    expect(refused({ tasks: ["depth", "depth"] })).toThrow(/name every task once/);
    expect(refused({ tasks: ["edges" as "depth"] })).toThrow(/"edges"; give one of scene, depth, normals/);
    expect(refused({ fusion: "add" as "sum" })).toThrow(/give one of cross-stitch, gated/);
    expect(refused({ predictor: "mlp" as "conv" })).toThrow(/give one of pooled, conv/);
    expect(refused({ norm: "batch" as "group" })).toThrow(/give one of group, frozen-batch/);
    expect(refused({ scenes: 0 })).toThrow(/scenes is 0/);
    expect(refused({ channels: { normals: 7 } })).toThrow(/give a multiple of 3/);
    expect(refused({ encoder: 1.5 })).toThrow(/encoder is 1.5/);
    expect(refused({ tasks: ["depth"], scenes: 0 })).not.toThrow();
  });
});

describe("constant maps", () => {
  it("stay finite through group norm, whose variance is 0 there", async () => {
    const block = rockBlock(small);
    const { refined, features } = await refine(block, block.init(random()), constant([1, 2, 3, 8], 3));
    for (const { data } of [refined, ...Object.values(features)])
      expect(data.every(Number.isFinite)).toBe(true);
  });
});
