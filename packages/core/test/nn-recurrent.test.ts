import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { array } from "../src/graph/index.ts";
import { bidirectional, gru, lstm, orthogonal } from "../src/nn/index.ts";
import {
  expectRows,
  lengths,
  outputs,
  plus,
  rows,
  shaken,
  size,
  stream,
  times,
  type Vector,
} from "./support/sequences.ts";

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

describe("gru", () => {
  const units = 3;
  const params = shaken(gru({ inputs: size, units }).init(stream()));
  const reference = (steps: readonly Vector[]): Vector[] => {
    let h: Vector = [0, 0, 0];
    return steps.map((step) => {
      const a = plus(times(step, params.kernel), params.bias.data);
      const u = times(h, params.recurrent);
      h = h.map((old, i) => {
        const r = sigmoid(a[i]! + u[i]!);
        const z = sigmoid(a[units + i]! + u[units + i]!);
        const n = Math.tanh(a[2 * units + i]! + r * (u[2 * units + i]! + params.candidateBias.data[i]!));
        return (1 - z) * n + z * old;
      });
      return h;
    });
  };

  it("is its formula, step by step", () => {
    const y = outputs(gru({ inputs: size, units }), params, false);
    for (const sequence of [0, 1]) expectRows(y[sequence]!, reference(rows(sequence)));
  });

  it("keeps its state at padded steps", () => {
    const y = outputs(gru({ inputs: size, units }), params, true);
    const short = reference(rows(1).slice(0, 2));
    expectRows(y[1]!, [...short, short[1]!, short[1]!]);
  });

  it("reads backwards from the last step that is there", () => {
    const y = outputs(gru({ inputs: size, units, reverse: true }), params, true);
    lengths.forEach((length, sequence) => {
      const wanted = reference(rows(sequence).slice(0, length).toReversed()).toReversed();
      expectRows(y[sequence]!.slice(0, length), wanted);
    });
    expect(y[1]!.slice(2).flat()).toEqual(new Array(6).fill(0));
  });

  it("starts orthogonal, gate by gate", () => {
    const matrices = orthogonal(stream(), 5, 3);
    expect(matrices.shape).toEqual([5, 15]);
    for (let gate = 0; gate < 3; gate++) {
      const row = (i: number): Vector =>
        Array.from(matrices.data.slice(i * 15 + gate * 5, i * 15 + gate * 5 + 5));
      for (let i = 0; i < 5; i++)
        for (let j = 0; j < 5; j++)
          expect(times(row(i), array(row(j), [5, 1]))[0]).toBeCloseTo(i === j ? 1 : 0, 6);
    }
  });
});

describe("lstm", () => {
  const units = 2;
  const layer = lstm({ inputs: size, units });
  const params = shaken(layer.init(stream()));

  it("is its formula, with states that stay at padded steps", () => {
    const y = outputs(layer, params, true);
    lengths.forEach((length, sequence) => {
      let [h, c]: Vector[] = [
        [0, 0],
        [0, 0],
      ];
      const wanted = rows(sequence).map((step, t) => {
        if (t >= length) return h!;
        const a = plus(plus(times(step, params.kernel), times(h!, params.recurrent)), params.bias.data);
        c = c!.map((old, i) => sigmoid(a[units + i]!) * old + sigmoid(a[i]!) * Math.tanh(a[2 * units + i]!));
        h = c.map((cell, i) => sigmoid(a[3 * units + i]!) * Math.tanh(cell));
        return h;
      });
      expectRows(y[sequence]!, wanted);
    });
  });

  it("starts with open forget gates", () => {
    expect(Array.from(layer.init(stream()).bias.data)).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });
});

describe("bidirectional", () => {
  it("has both directions side by side", () => {
    const make = (reverse: boolean) => gru({ inputs: size, units: 2, reverse });
    const params = shaken(bidirectional(make).init(stream()));
    const y = outputs(bidirectional(make), params, true);
    const [forward, backward] = [
      outputs(make(false), params.forward, true),
      outputs(make(true), params.backward, true),
    ];
    expect(params.forward).not.toEqual(params.backward);
    y.forEach((sequence, i) =>
      expectRows(
        sequence,
        sequence.map((_, t) => [...forward[i]![t]!, ...backward[i]![t]!]),
      ),
    );
  });
});
