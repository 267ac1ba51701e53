import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, it } from "vitest";
import { compile, type NDArray } from "../src/graph/index.ts";
import {
  type AnySequenceLayer,
  attention,
  bidirectional,
  gru,
  lstm,
  transformerBlock,
} from "../src/nn/index.ts";
import { evaluation, expectRows, mask, outputs, shaken, size, stream, x } from "./support/sequences.ts";

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

describe("sequence layers compiled", () => {
  const layers: readonly (readonly [string, AnySequenceLayer])[] = [
    ["gru", gru({ inputs: size, units: 3 })],
    ["lstm", lstm({ inputs: size, units: 3 })],
    ["bidirectional", bidirectional((reverse) => lstm({ inputs: size, units: 2, reverse }))],
    ["attention", attention({ size, heads: 3, causal: true })],
    ["transformer block", transformerBlock({ size, heads: 2 })],
  ];

  it.each(layers)("%s is what it is eagerly", async (_name, layer) => {
    const params = shaken(layer.init(stream()));
    const eager = outputs(layer, params, true).flat();
    const run = compile(
      ((p: never, input: Tensor, present: Tensor) => layer.apply(p, input, evaluation, present)) as never,
      { threads: 1 },
    );
    const { data } = (await run(params, x, mask)) as NDArray;
    const width = eager[0]!.length;
    expectRows(
      eager.map((_, i) => Array.from(data.slice(i * width, (i + 1) * width))),
      eager,
    );
    await run.dispose();
  });
});
