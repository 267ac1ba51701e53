import { OutriggerError } from "@outrigger/core/error";
import { array, mapTree, type NDArray, type Spec, type Tree } from "@outrigger/core/graph/array";
import { encodeFile, type OnnxTensor } from "@outrigger/core/graph/onnx/proto";
import { loadWeights } from "@outrigger/core/interchange/load-weights";
import { toOnnxFile } from "@outrigger/core/interchange/onnx-file";
import { readOnnxWeights } from "@outrigger/core/interchange/onnx-weights";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numbers } from "../graph/case.ts";
import { thrown } from "../support/errors.ts";
import { networks } from "./networks.ts";

const [network] = networks;
const specs = mapTree(network!.batch(3), ({ shape }) => ({ shape })) as Tree<Spec>;
const written = await toOnnxFile(network!.model, network!.params, specs);
const zeros = (params: Tree<NDArray>): Tree<NDArray> =>
  mapTree<NDArray, NDArray>(params, ({ shape, data }) => array(new Float32Array(data.length), shape));

/** A file with these tensors, as another program would write it. */
const file = (initializer: readonly OnnxTensor[], more: object = {}): Uint8Array =>
  encodeFile({
    ir_version: 8,
    opset_import: [{ version: 17 }],
    graph: { node: [], initializer, input: [], output: [], ...more },
  });

const bytes = (data: Float64Array | Uint16Array): Uint8Array => new Uint8Array(data.buffer);

describe("weights of an ONNX file", () => {
  it("come back equal, bit for bit", () => {
    const params = network!.params as Tree<NDArray>;
    expect(loadWeights(zeros(params), readOnnxWeights(written))).toEqual(
      mapTree<NDArray, NDArray>(params, ({ data, shape }) => array(data.slice(), shape)),
    );
  });

  const halfs = Uint16Array.from([0x3c00, 0xc000, 0x0001, 0x7c00, 0x8000, 0x7bff]);
  const expectedHalfs = [1, -2, 2 ** -24, Number.POSITIVE_INFINITY, -0, 65504];
  const formats: readonly [string, OnnxTensor, number[]][] = [
    ["float lists", { data_type: 1, dims: [2], float_data: [1.5, -2] }, [1.5, -2]],
    [
      "raw doubles",
      { data_type: 11, dims: [2], raw_data: bytes(Float64Array.of(0.1, 3)) },
      [Math.fround(0.1), 3],
    ],
    ["double lists", { data_type: 11, dims: [1], double_data: [0.25] }, [0.25]],
    ["raw halves", { data_type: 10, dims: [6], raw_data: bytes(halfs) }, expectedHalfs],
    ["lists of halves", { data_type: 10, dims: [6], int32_data: [...halfs] }, expectedHalfs],
    ["raw bfloats", { data_type: 16, dims: [2], raw_data: bytes(Uint16Array.of(0x3fc0, 0xc000)) }, [1.5, -2]],
    ["lists of bfloats", { data_type: 16, dims: [1], int32_data: [0x3fc0] }, [1.5]],
    ["scalars", { data_type: 1, float_data: [7] }, [7]],
    ["nothing", { data_type: 1, dims: [0, 3] }, []],
  ];
  it.each(formats)("may be %s", (_, tensor, values) => {
    const found = readOnnxWeights(file([{ name: "w", ...tensor }])).get("w")!;
    expect(Array.from(found.data)).toEqual(values);
    expect(found.shape).toEqual(tensor.dims ?? []);
  });

  it("may stand in operators, and leave out what is no weight", () => {
    const t = { data_type: 1, dims: [1], float_data: [3] };
    const node = [
      { op_type: "Constant", input: [], output: ["c"], attribute: [{ name: "value", type: 4, t }] },
    ];
    const shape = { name: "shape", data_type: 7, dims: [1], raw_data: new Uint8Array(8) };
    expect([...readOnnxWeights(file([shape], { node })).keys()]).toEqual(["c"]);
  });

  it("are refused when they lie in another file", () => {
    const { code, message } = thrown(() =>
      readOnnxWeights(file([{ name: "w", data_type: 1, dims: [4], data_location: 1 }]), "big.onnx"),
    );
    expect([code, message.includes("big.onnx")]).toEqual(["unsupported", true]);
  });

  const damaged: readonly [string, OnnxTensor][] = [
    ["too few values", { data_type: 1, dims: [3], float_data: [1] }],
    ["half a value", { data_type: 1, dims: [1], raw_data: new Uint8Array(5) }],
    ["no values for a huge shape", { data_type: 1, dims: [2 ** 40, 2 ** 12] }],
    ["a negative shape", { data_type: 1, dims: [-1, -1], float_data: [1] }],
  ];
  it.each(damaged)("are refused with %s", (_, tensor) => {
    const { code, message } = thrown(() => readOnnxWeights(file([{ name: "w", ...tensor }]), "x.onnx"));
    expect([code, message.includes('"w"')]).toEqual(["bad-file", true]);
  });

  it("are refused when the file is cut off anywhere", () => {
    for (let length = 0; length < written.length; length += length < 200 ? 1 : 37) {
      expect(thrown(() => readOnnxWeights(written.subarray(0, length), "cut.onnx")).code, `${length}`).toBe(
        "bad-file",
      );
    }
    expect(thrown(() => readOnnxWeights(written.subarray(0, written.length - 1))).code).toBe("bad-file");
  });

  it("are weights or a typed error, whatever the bytes are", () => {
    const change = fc.tuple(fc.nat(written.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const copy = written.slice();
        for (const [at, byte] of changes) copy[at] = byte;
        try {
          for (const { data, shape } of readOnnxWeights(copy).values()) {
            expect(data).toHaveLength(shape.reduce((n, d) => n * d, 1));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(OutriggerError);
        }
      }),
      { seed: 4, numRuns: 400 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        expect(thrown(() => readOnnxWeights(noise)).code).toBe("bad-file");
      }),
      { seed: 4, numRuns: 200 },
    );
  });
});

describe("loading weights into parameters", () => {
  const params = { layer: { w: array(new Float32Array(6), [2, 3]), b: array([9, 9, 9]) } };

  it("follows names and turns axes", () => {
    const weights = new Map([
      ["fc.weight", array([1, 2, 3, 4, 5, 6], [3, 2])],
      ["fc.bias", array([7, 8, 9])],
    ]);
    const loaded = loadWeights(params, weights, {
      name: (path) => (path.endsWith("w") ? "fc.weight" : "fc.bias"),
      transpose: (path) => (path.endsWith("w") ? [1, 0] : undefined),
    });
    expect(Array.from(loaded.layer.w.data)).toEqual([1, 3, 5, 2, 4, 6]);
    expect(Array.from(loaded.layer.b.data)).toEqual([7, 8, 9]);
    expect(params.layer.b.data[0]).toBe(9);
  });

  it("turns four axes as a convolution needs it", () => {
    const from = numbers([2, 3, 4, 5]);
    const to = array(new Float32Array(120), [4, 5, 3, 2]);
    const { w } = loadWeights({ w: to }, new Map([["w", from]]), { transpose: () => [2, 3, 1, 0] });
    for (const [o, i, y, x] of [
      [0, 0, 0, 0],
      [1, 2, 3, 4],
      [0, 2, 1, 3],
    ] as const) {
      expect(w.data[((y * 5 + x) * 3 + i) * 2 + o]).toBe(from.data[((o * 3 + i) * 4 + y) * 5 + x]);
    }
  });

  it("keeps what has no weight when only a part is loaded", () => {
    const loaded = loadWeights(params, new Map([["layer/w", numbers([2, 3])]]), { partial: true });
    expect(Array.from(loaded.layer.b.data)).toEqual([9, 9, 9]);
    expect(loaded.layer.w.data).toEqual(numbers([2, 3]).data);
  });

  it("lists everything that does not fit", () => {
    const { code, message } = thrown(() => loadWeights(params, new Map([["layer/w", numbers([3, 2])]])));
    expect(code).toBe("bad-model");
    for (const part of ['layer/b has no weight "layer/b"', "layer/w is [2, 3]", "is [3, 2]"]) {
      expect(message).toContain(part);
    }
    const order = thrown(() =>
      loadWeights(params, new Map([["layer/w", numbers([2, 3])]]), {
        transpose: () => [0, 0],
        partial: true,
      }),
    );
    expect(order.code).toBe("bad-option");
  });
});
