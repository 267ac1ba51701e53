import { compile, leaves, mapTree, type NDArray } from "@outrigger/core";
import { constant } from "@outrigger/core/nn/initialize";
import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { groupsOf } from "../../src/backbone/norm.ts";
import { resnet50 } from "../../src/backbone/resnet50.ts";
import { smallBackbone } from "../../src/backbone/small-backbone.ts";
import { count, zeros } from "../support/tiny.ts";

const random = () => Random.seeded(1, "init");

describe("smallBackbone", () => {
  it("has stride 8, rounded up, for sides of any length", async () => {
    for (const [height, width] of [
      [24, 32],
      [25, 39],
      [7, 1],
    ] as const) {
      const { layer, map, frozen } = smallBackbone({
        height,
        width,
        inputs: 2,
        channels: [4, 8, 12],
        blocks: 1,
      });
      const run = compile((p, x) => layer.apply(p as never, x, { training: true }));
      const { shape } = (await run(layer.init(random()), constant([2, height, width, 2], 1))) as NDArray;
      await run.dispose();
      expect(shape).toEqual([2, map.height, map.width, map.channels]);
      expect(map).toEqual({ height: Math.ceil(height / 8), width: Math.ceil(width / 8), channels: 12 });
      expect(frozen).toEqual([]);
    }
  });

  it("has the number of parameters that its documentation says", () => {
    const { layer } = smallBackbone({ height: 96, width: 128 });
    const unit = (inputs: number, outputs: number): number => 9 * inputs * outputs + 3 * outputs;
    const byHand = unit(3, 24) + unit(24, 48) + unit(48, 48) + 4 * unit(48, 48);
    expect(count(leaves<NDArray>(layer.init(random())))).toBe(byHand);
    expect(byHand).toBe(115_632);
  });

  it("refuses sizes that are none", () => {
    expect(() => smallBackbone({ height: 0, width: 32 })).toThrow(/height is 0/);
    expect(() => smallBackbone({ height: 24, width: 32, channels: [4, 2.5, 8] })).toThrow(/second is 2.5/);
  });
});

describe("groupsOf", () => {
  it("divides the channels into at most 32 groups, of eight or more where that is possible", () => {
    expect([1, 3, 4, 8, 27, 48, 128, 512, 2048].map(groupsOf)).toEqual([1, 1, 1, 1, 3, 6, 16, 32, 32]);
  });
});

describe("resnet50", () => {
  const full = resnet50({ height: 480, width: 640 });

  it("has 2048 channels on 30 × 40 at 480 × 640, and half of that grid without dilation", () => {
    expect(full.map).toEqual({ height: 30, width: 40, channels: 2048 });
    expect(resnet50({ height: 480, width: 640, dilated: false }).map).toEqual({
      height: 15,
      width: 20,
      channels: 2048,
    });
  });

  it("has torchvision's 23,508,032 parameters under torchvision's names, 53,120 of them in norms", () => {
    const params = full.layer.init(zeros);
    const shapes = new Map<string, readonly number[]>();
    mapTree<NDArray, null>(params, ({ shape }, path) => {
      shapes.set(path, shape);
      return null;
    });
    const sizes = [...shapes].map(([path, shape]) => [path, shape.reduce((a, b) => a * b, 1)] as const);
    const total = (part: (path: string) => boolean): number =>
      sizes.filter(([path]) => part(path)).reduce((sum, [, size]) => sum + size, 0);
    expect(total(() => true)).toBe(23_508_032);
    expect(total((path) => path.endsWith("/kernel"))).toBe(23_454_912);
    expect(total((path) => full.frozen.some((norm) => path.startsWith(`${norm}/`)))).toBe(53_120);
    expect(full.frozen).toHaveLength(53);
    expect(shapes.get("layer4/0/downsample/0/kernel")).toEqual([1, 1, 1024, 2048]);
    expect(shapes.get("layer2/0/conv2/kernel")).toEqual([3, 3, 128, 128]);
  });

  it("refuses sizes that are none", () => {
    expect(() => resnet50({ height: 32, width: 32, blocks: [1, 1, 0, 1] })).toThrow(/layer3 is 0/);
  });
});
