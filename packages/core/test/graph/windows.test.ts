import type { Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { trace } from "../../src/graph/index.ts";
import { thrown } from "../support/errors.ts";

const images = { shape: [1, 5, 6, 2] };

const errorOf = (f: (x: Tensor4D) => tf.Tensor): unknown => thrown(() => trace(f as never)(images));

describe("windows over images that a graph refuses", () => {
  it("names the kernel, the line and the cure for channels first", () => {
    const filter = (): Tensor4D => tf.ones([3, 3, 5, 2]);
    expect(errorOf((x) => tf.conv2d(x, filter(), 1, "same", "NCHW"))).toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(
        /no convolution over "NCHW".*windows\.test\.ts:\d+:\d+: transpose the images/,
      ),
    });
    expect(
      errorOf((x) => tf.depthToSpace(tf.transpose(x, [0, 3, 1, 2]).tile([1, 2, 1, 1]), 2, "NCHW")),
    ).toMatchObject({ code: "unsupported", message: expect.stringContaining('no DepthToSpace over "NCHW"') });
  });

  it.each([
    ["windows", (x: Tensor4D) => tf.maxPool(x, [3, 2], 1, 1)],
    ["strides", (x: Tensor4D) => tf.avgPool(x, 3, [1, 2], 1)],
    ["filters", (x: Tensor4D) => tf.conv2d(x, tf.ones([1, 3, 2, 2]) as Tensor4D, 1, 1)],
  ])("says how to write one number of padding with unequal %s", (_name, f) => {
    expect(errorOf(f)).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("give it as [[0, 0], [1, 1], [1, 1], [0, 0]]"),
    });
  });

  it("gives the sizes of a window that does not fit", () => {
    expect(errorOf((x) => tf.maxPool(x, 6, 1, "valid"))).toMatchObject({
      code: "shape",
      message: expect.stringContaining("a 6×6 window does not fit into images [1, 5, 6, 2]"),
    });
  });
});
