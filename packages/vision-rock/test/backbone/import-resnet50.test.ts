import { readFileSync } from "node:fs";
import { array, compile, leaves, type NDArray } from "@outrigger/core";
import { Random } from "@outrigger/core/random";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importResNet50 } from "../../src/backbone/import-resnet50.ts";
import { resnet50 } from "../../src/backbone/resnet50.ts";

interface Expected {
  readonly base: number;
  readonly blocks: readonly [number, number, number, number];
  readonly dilated: { readonly shape: number[]; readonly values: number[] };
  readonly plain: { readonly shape: number[]; readonly values: number[] };
}

const path = (name: string): URL => new URL(`../fixtures/${name}`, import.meta.url);
const file = (name: string) => ({ name, bytes: new Uint8Array(readFileSync(path(name))) });
const expected = JSON.parse(readFileSync(path("resnet-narrow.json"), "utf8")) as Expected;
const narrow = { height: 33, width: 47, base: expected.base, blocks: expected.blocks };
const picture = array(
  Float32Array.from({ length: 33 * 47 * 3 }, (_, i) => Math.sin(0.37 * i)),
  [1, 33, 47, 3],
);

/** The narrow network's own arrays under other names or values. */
function changed(change: (arrays: Map<string, NDArray>) => void): { name: string; bytes: Uint8Array } {
  const { name, bytes } = file("resnet-narrow.safetensors");
  const arrays = new Map(decodeSafetensors(bytes, name).arrays);
  change(arrays);
  return { name, bytes: Buffer.concat(encodeSafetensors({ arrays, metadata: {} })) };
}

const begin = resnet50(narrow).layer.init(Random.seeded(0, "init"));

describe("importResNet50", () => {
  for (const format of ["safetensors", "onnx"]) {
    for (const [stage, dilated] of [
      ["dilated", true],
      ["plain", false],
    ] as const) {
      it(`gives PyTorch's map from a .${format} that PyTorch wrote, ${stage}`, async () => {
        const { layer, map } = resnet50({ ...narrow, dilated });
        const params = importResNet50(begin, file(`resnet-narrow.${format}`));
        const run = compile((p, x) => layer.apply(p as never, x, { training: false }));
        const { data, shape } = (await run(params, picture)) as NDArray;
        await run.dispose();
        const { shape: wanted, values } = expected[stage];
        expect(shape).toEqual(wanted);
        expect([map.height, map.width, map.channels]).toEqual(wanted.slice(1));
        const scale = Math.max(...values.map(Math.abs));
        data.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(2e-6 * scale));
      });
    }
  }

  it("fills in every parameter, and leaves those given as they were", () => {
    const before = leaves<NDArray>(begin).map(({ data }) => data.slice());
    const after = leaves<NDArray>(importResNet50(begin, file("resnet-narrow.safetensors")));
    leaves<NDArray>(begin).forEach(({ data }, i) => {
      expect(data).toEqual(before[i]);
      expect(after[i]!.data).not.toEqual(before[i]);
    });
  });

  it("folds the statistics: s = γ/√(σ² + 10⁻⁵), t = β − s μ", () => {
    const one = (value: number): NDArray => array([value, value]);
    const given = changed((arrays) => {
      arrays.set("bn1.weight", one(3));
      arrays.set("bn1.bias", one(5));
      arrays.set("bn1.running_mean", one(2));
      arrays.set("bn1.running_var", one(2.25 - 1e-5));
    });
    const { bn1 } = importResNet50(begin, given) as unknown as { bn1: Record<"scale" | "shift", NDArray> };
    expect(bn1.scale.data[0]).toBeCloseTo(2, 6);
    expect(bn1.shift.data[0]).toBeCloseTo(1, 6);
  });

  it("passes the classifier and counters over", () => {
    const given = changed((arrays) => arrays.set("fc.weight", array([1, 2], [1, 2])));
    expect(importResNet50(begin, given)).toEqual(importResNet50(begin, file("resnet-narrow.safetensors")));
  });

  const bad = { name: "VisionRockError", code: "bad-file" };
  it("refuses what is no such network, and says what is amiss", () => {
    const load = (change: (arrays: Map<string, NDArray>) => void) => () =>
      importResNet50(begin, changed(change));
    expect(load((arrays) => arrays.delete("layer2.1.conv2.weight"))).toThrow(/no "layer2.1.conv2.weight"/);
    expect(load((arrays) => arrays.delete("bn1.running_var"))).toThrow(/no "bn1.running_var"/);
    expect(load((arrays) => arrays.set("layer3.9.conv1.weight", array([1])))).toThrow(
      /"layer3.9.conv1.weight", which is no part/,
    );
    expect(load((arrays) => arrays.delete("conv1.weight"))).toThrow(expect.objectContaining(bad));
    expect(load((arrays) => arrays.set("conv1.weight", array([1])))).toThrow(/conv1/);
    expect(() => importResNet50(begin, { ...file("resnet-narrow.onnx"), name: "resnet.pth" })).toThrow(
      expect.objectContaining(bad),
    );
  });

  it("leaves damaged files to the reader, which names them", () => {
    const { name, bytes } = file("resnet-narrow.safetensors");
    for (const length of [0, 5, 900, bytes.length - 4]) {
      const cut = { name, bytes: bytes.subarray(0, length) };
      expect(() => importResNet50(begin, cut)).toThrow(
        /resnet-narrow.safetensors is not a sound safetensors file/,
      );
    }
  });

  it("never gives way to damage in the header with another error than those of the packages", () => {
    const { name, bytes } = file("resnet-narrow.safetensors");
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    fc.assert(
      fc.property(fc.nat({ max: header - 1 }), fc.nat({ max: 255 }), (place, value) => {
        const damaged = bytes.slice();
        damaged[place] = value;
        try {
          importResNet50(begin, { name, bytes: damaged });
        } catch (error) {
          expect((error as Error).name).toMatch(/^(OutriggerError|VisionRockError)$/);
        }
      }),
      { numRuns: 200 },
    );
  });
});
