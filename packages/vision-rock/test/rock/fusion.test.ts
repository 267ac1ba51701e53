import { array, leaves, mapTree, type NDArray } from "@outrigger/core";
import { constant } from "@outrigger/core/nn/initialize";
import { Random } from "@outrigger/core/random";
import type { Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { Fusion } from "../../src/rock/fusion/fusion.ts";
import { FUSIONS, type FusionKind } from "../../src/rock/fusion/kinds.ts";
import { once, wave } from "../support/run.ts";
import { count } from "../support/tiny.ts";

const C = 4;
const WIDTHS = { scene: 3, depth: 2 };
const setting = { channels: C, features: WIDTHS, norm: "frozen-batch" } as const;
const random = () => Random.seeded(4, "init");
const pixels = [1, 2, 2] as const;
const map = wave([...pixels, C], 0.4, 1);
const features = { scene: wave([...pixels, 3], 0.9, 1), depth: wave([...pixels, 2], 1.7, 1) };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const relu = (x: number): number => Math.max(0, x);

type Tree = { readonly [key: string]: Tree } & NDArray;

async function apply(fusion: Fusion, params: unknown) {
  const f = (p: never, x: Tensor4D, h: never) => fusion.apply(p, x, h, { training: true });
  const { refined, gates = {} } = await once<{ refined: NDArray; gates?: Record<string, NDArray> }>(
    f,
    params,
    map,
    features,
  );
  return { refined, gates };
}

/** Random values for every parameter, so that none hides behind its beginning. */
const shaken = (params: unknown): Tree =>
  mapTree(params as never, ({ shape }: NDArray, path) => wave(shape, 0.7 + path.length / 10, 0.6)) as Tree;

const at = (x: NDArray, pixel: number): number[] => {
  const channels = x.shape.at(-1)!;
  return [...x.data.subarray(pixel * channels, (pixel + 1) * channels)];
};

/** W x + b of a 1 × 1 convolution. */
const linear = ({ kernel, bias }: Tree, x: readonly number[]): number[] =>
  [...bias!.data].map((b, o) =>
    x.reduce((sum, value, i) => sum + value * kernel!.data[i * bias!.data.length + o]!, b),
  );

const affine = ({ scale, shift }: Tree, x: readonly number[]): number[] =>
  x.map((value, c) => value * scale!.data[c]! + shift!.data[c]!);

/** relu(norm(conv(x))), the parameters being a list of convolution and norm. */
const unit = (params: unknown, x: readonly number[]): number[] => {
  const [conv, norm] = params as Tree[];
  return affine(norm!, linear(conv!, x)).map(relu);
};

const sumOf = (vectors: readonly (readonly number[])[]): number[] =>
  vectors[0]!.map((_, c) => vectors.reduce((sum, vector) => sum + vector[c]!, 0));

/** F' of one pixel, by hand, for those that look at single pixels. */
const byHand: Partial<Record<FusionKind, (params: Tree, pixel: number) => number[]>> = {
  none: (_, pixel) => at(map, pixel),
  sum: ({ decoders, norm }, pixel) =>
    affine(norm!, sumOf([at(map, pixel), ...decoded(decoders!, pixel)])).map(relu),
  gated: ({ decoders, gates }, pixel) => {
    const open = [gates!.scene!, gates!.depth!].map(({ logit }) => sigmoid(logit!.data[0]!));
    return sumOf([at(map, pixel), ...decoded(decoders!, pixel).map((d, t) => d.map((v) => v * open[t]!))]);
  },
  "gated-map": ({ decoders, gates }, pixel) => {
    const open = (["scene", "depth"] as const).map((task) =>
      sigmoid(linear(gates![task]!, at(features[task], pixel))[0]!),
    );
    return sumOf([at(map, pixel), ...decoded(decoders!, pixel).map((d, t) => d.map((v) => v * open[t]!))]);
  },
  "cross-stitch": ({ decoders, own, others }, pixel) => {
    const [scene, depth] = decoded(decoders!, pixel);
    return at(map, pixel).map(
      (v, c) =>
        v * own!.data[c]! + scene![c]! * others!.scene!.data[c]! + depth![c]! * others!.depth!.data[c]!,
    );
  },
  nddr: ({ decoders, reduce, norm }, pixel) =>
    affine(norm!, linear(reduce!, [...at(map, pixel), ...decoded(decoders!, pixel).flat()])).map(relu),
  mtan: (params, pixel) => {
    const [first, second] = params as unknown as [unknown, Tree];
    const seen = [...at(map, pixel), ...at(features.scene, pixel), ...at(features.depth, pixel)];
    const mask = linear(second, unit(first, seen)).map(sigmoid);
    return at(map, pixel).map((v, c) => v * mask[c]!);
  },
};

const decoded = (decoders: Tree, pixel: number): number[][] =>
  (["scene", "depth"] as const).map((task) => unit(decoders[task], at(features[task], pixel)));

/** A 3 × 3 convolution on the 2 × 2 pixels, zeros around them. */
function conv3({ kernel, bias }: Tree, x: NDArray, pixel: number): number[] {
  const inputs = x.shape.at(-1)!;
  const [row, column] = [pixel >> 1, pixel & 1];
  return [...bias!.data].map((b, o) => {
    let sum = b;
    for (let other = 0; other < 4; other++) {
      const [p, q] = [(other >> 1) - row + 1, (other & 1) - column + 1];
      at(x, other).forEach((value, i) => {
        sum += value * kernel!.data[((p * 3 + q) * inputs + i) * C + o]!;
      });
    }
    return sum;
  });
}

byHand["pad-net-a"] = (params, pixel) => {
  const rows = [0, 1, 2, 3].flatMap((p) => [
    ...at(map, p),
    ...at(features.scene, p),
    ...at(features.depth, p),
  ]);
  return conv3(params, array(rows, [...pixels, C + 5]), pixel);
};
byHand["pad-net-b"] = ({ scene, depth }, pixel) =>
  sumOf([at(map, pixel), conv3(scene!, features.scene, pixel), conv3(depth!, features.depth, pixel)]);
byHand["pad-net-c"] = (params, pixel) => {
  const sent = (["scene", "depth"] as const).map((task) => {
    const told = conv3(params[task]!.message!, features[task], pixel);
    return conv3(params[task]!.attention!, features[task], pixel).map((a, c) => sigmoid(a) * told[c]!);
  });
  return sumOf([at(map, pixel), ...sent]);
};

describe("fusions", () => {
  for (const [kind, make] of Object.entries(FUSIONS) as [FusionKind, (typeof FUSIONS)[FusionKind]][]) {
    it(`${kind} is its formula, with any values of its parameters`, async () => {
      const fusion = make(setting);
      const params = shaken(fusion.init(random()));
      const { refined } = await apply(fusion, params);
      expect(refined.shape).toEqual(map.shape);
      for (const pixel of [0, 1, 2, 3]) {
        const wanted = byHand[kind]!(params, pixel);
        at(refined, pixel).forEach((value, c) => expect(value).toBeCloseTo(wanted[c]!, 5));
      }
    });
  }

  it("have the parameters that their documentation says", () => {
    const sizeOf = (kind: FusionKind): number =>
      count(leaves<NDArray>(FUSIONS[kind](setting).init(random())));
    const decoders = 5 * C + 2 * 3 * C;
    expect(sizeOf("none")).toBe(0);
    expect(sizeOf("sum")).toBe(decoders + 2 * C);
    expect(sizeOf("gated")).toBe(decoders + 2);
    expect(sizeOf("gated-map")).toBe(decoders + 5 + 2);
    expect(sizeOf("pad-net-a")).toBe(9 * (C + 5) * C + C);
    expect(sizeOf("pad-net-b")).toBe(9 * C * 5 + 2 * C);
    expect(sizeOf("pad-net-c")).toBe(2 * sizeOf("pad-net-b"));
    expect(sizeOf("cross-stitch")).toBe(decoders + 3 * C);
    expect(sizeOf("nddr")).toBe(decoders + 3 * C * C + C + 2 * C);
    expect(sizeOf("mtan")).toBe((C + 5) * 1 + 1 + 2 + C + C);
  });
});

describe("beginnings", () => {
  it("gates are half open, and say so image by image", async () => {
    for (const kind of ["gated", "gated-map"] as const) {
      const fusion = FUSIONS[kind](setting);
      const { gates } = await apply(fusion, fusion.init(random()));
      expect(Object.keys(gates)).toEqual(["depth", "scene"]);
      for (const { data, shape } of Object.values(gates)) {
        expect(shape).toEqual([1]);
        expect(data[0]).toBe(0.5);
      }
    }
  });

  it("a closed gate keeps the task out: the map stays as it was", async () => {
    const fusion = FUSIONS.gated(setting);
    const params = fusion.init(random()) as Tree;
    const closed = { logit: constant([1], -200) };
    const { refined, gates } = await apply(fusion, { ...params, gates: { scene: closed, depth: closed } });
    expect(refined.data).toEqual(map.data);
    expect(gates.scene!.data[0]).toBe(0);
  });

  it("cross-stitch and NDDR begin as 0.9 F + 0.05 for each of two tasks", async () => {
    for (const kind of ["cross-stitch", "nddr"] as const) {
      const fusion = FUSIONS[kind](setting);
      const params = fusion.init(random()) as Tree;
      const { refined } = await apply(fusion, params);
      for (const pixel of [0, 3]) {
        const [scene, depth] = decoded(params.decoders!, pixel);
        at(map, pixel).forEach((v, c) => {
          const mixed = 0.9 * v + 0.05 * (scene![c]! + depth![c]!);
          expect(at(refined, pixel)[c]).toBeCloseTo(kind === "nddr" ? relu(mixed) : mixed, 5);
        });
      }
    }
  });
});
