import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { array, compile, type NDArray } from "../src/graph/index.ts";
import { attention, gelu, learnedEncoding, sinusoidalEncoding, transformerBlock } from "../src/nn/index.ts";
import { Random } from "../src/random.ts";
import { thrown } from "./support/errors.ts";
import {
  evaluation,
  expectRows,
  outputs,
  plus,
  rows,
  shaken,
  size,
  stream,
  tensor,
  tensors,
  time,
  times,
  type Vector,
  x,
} from "./support/sequences.ts";

const softmax = (scores: Vector): Vector => {
  const top = Math.max(...scores);
  const exp = scores.map((s) => Math.exp(s - top));
  const sum = exp.reduce((a, b) => a + b, 0);
  return exp.map((e) => e / sum);
};

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

describe("attention", () => {
  const heads = 2;
  const width = size / heads;
  const params = shaken(attention({ size, heads }).init(stream()));
  const reference = (steps: readonly Vector[], sees: (query: number, key: number) => boolean): Vector[] => {
    const projected = steps.map((step) => plus(times(step, params.project.kernel), params.project.bias.data));
    const part = (t: number, which: number, head: number): Vector =>
      projected[t]!.slice(which * size + head * width, which * size + (head + 1) * width);
    return steps.map((_, query) => {
      const mixed = Array.from({ length: heads }, (_unused, head) => {
        const keys = steps.flatMap((_step, key) => (sees(query, key) ? [key] : []));
        const q = part(query, 0, head);
        const weights = softmax(
          keys.map((key) => part(key, 1, head).reduce((sum, k, i) => sum + k * q[i]!, 0) / Math.sqrt(width)),
        );
        return Array.from({ length: width }, (_element, i) =>
          keys.reduce((sum, key, n) => sum + weights[n]! * part(key, 2, head)[i]!, 0),
        );
      });
      return plus(times(mixed.flat(), params.merge.kernel), params.merge.bias.data);
    });
  };

  it("is its formula, head by head", () => {
    const y = outputs(attention({ size, heads }), params, false);
    for (const sequence of [0, 1])
      expectRows(
        y[sequence]!,
        reference(rows(sequence), () => true),
      );
  });

  it("does not see padded steps", () => {
    const y = outputs(attention({ size, heads }), params, true);
    expectRows(
      y[1]!,
      reference(rows(1), (_, key) => key < 2),
    );
  });

  it("sees no later steps when it is causal, padded ones neither", () => {
    const y = outputs(attention({ size, heads, causal: true }), params, true);
    expectRows(
      y[0]!,
      reference(rows(0), (query, key) => key <= query),
    );
    expectRows(
      y[1]!,
      reference(rows(1), (query, key) => key <= query && key < 2),
    );
  });

  it("takes the mean of all values, not NaN, where nothing can be seen", () => {
    const nothing = tf.tidy(() =>
      attention({ size, heads })
        .apply(tensors(params), tensor(x), evaluation, tf.zeros([2, 4]))
        .dataSync(),
    );
    expect([...nothing].every(Number.isFinite)).toBe(true);
  });

  it("says which size is wrong", () => {
    expect(thrown(() => attention({ size: 6, heads: 4 })).code).toBe("bad-option");
    const wrong = thrown(() =>
      attention({ size: 4, heads: 2 }).apply(tensors(params), tensor(x), evaluation),
    );
    expect(wrong.message).toMatch(/\[2, 4, 6\].*\[batch, time, 4\]/);
    const shape = thrown(() =>
      attention({ size, heads }).apply(tensors(params), tensor(x), evaluation, tf.ones([2, 3])),
    );
    expect(shape.message).toMatch(/mask is \[2, 3\].*\[2, 4\]/);
  });
});

describe("transformerBlock", () => {
  it("adds what its halves see behind their norms", () => {
    const layer = transformerBlock({ size, heads: 2, hidden: 5, causal: true });
    const params = shaken(layer.init(stream()));
    const norm = (row: Vector, { scale, shift }: { scale: NDArray; shift: NDArray }): Vector => {
      const mean = row.reduce((a, b) => a + b, 0) / row.length;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
      return row.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * scale.data[i]! + shift.data[i]!);
    };
    const normed = array(
      [0, 1].flatMap((sequence) => rows(sequence).flatMap((row) => norm(row, params.attentionNorm))),
      [2, time, size],
    );
    const seen = tf.tidy(() =>
      attention({ size, heads: 2, causal: true })
        .apply(tensors(params.attention), tensor(normed), evaluation)
        .arraySync(),
    ) as number[][][];
    const y = outputs(layer, params, false);
    for (const sequence of [0, 1]) {
      const wanted = rows(sequence).map((row, t) => {
        const middle = plus(row, seen[sequence]![t]!);
        const inner = plus(
          times(norm(middle, params.hiddenNorm), params.hidden.kernel),
          params.hidden.bias.data,
        );
        const active = Array.from(tf.tidy(() => gelu(tf.tensor1d(inner)).dataSync()));
        return plus(middle, plus(times(active, params.output.kernel), params.output.bias.data));
      });
      expectRows(y[sequence]!, wanted);
    }
  });

  it("draws dropout in training only, and differently on every run", async () => {
    const layer = transformerBlock({ size, heads: 2, dropout: 0.5 });
    const params = layer.init(stream());
    const run = (training: boolean) =>
      compile(((p: never, input: Tensor) => layer.apply(p, input, { training })) as never, {
        random: Random.seeded(1, "dropout"),
        threads: 1,
      });
    const train = run(true);
    const [one, two] = [(await train(params, x)) as NDArray, (await train(params, x)) as NDArray];
    expect(one.data).not.toEqual(two.data);
    expect(((await run(false)(params, x)) as NDArray).data).toEqual(
      ((await run(false)(params, x)) as NDArray).data,
    );
  });
});

describe("gelu", () => {
  it("is x times the normal distribution function", () => {
    const y = gelu(tf.tensor1d([-2, -1, 0, 1, 3])).dataSync();
    // Φ(1) = 0.8413447461, Φ(2) = 0.9772498681, Φ(3) = 0.9986501020
    [-2 * (1 - 0.9772498681), -(1 - 0.8413447461), 0, 0.8413447461, 3 * 0.998650102].forEach((v, i) =>
      expect(y[i]).toBeCloseTo(v, 6),
    );
  });
});

describe("positional encodings", () => {
  it("sinusoidal: sine and cosine of growing wavelengths", () => {
    const layer = sinusoidalEncoding({ size });
    const y = tf.tidy(() =>
      layer.apply([] as never, tf.zeros([1, 3, size]), evaluation).arraySync(),
    ) as number[][][];
    const angle = (t: number, pair: number): number => t / 10_000 ** ((2 * pair) / size);
    const wanted = [0, 1, 2].map((t) =>
      [0, 1, 2].flatMap((pair) => [Math.sin(angle(t, pair)), Math.cos(angle(t, pair))]),
    );
    expectRows(y[0]!, wanted);
  });

  it("learned: the first rows of its table, and no more than it has", () => {
    const layer = learnedEncoding({ size, length: 5 });
    const params = layer.init(stream());
    const y = tf.tidy(() => layer.apply(tensors(params), tensor(x), evaluation).arraySync()) as number[][][];
    const table = Array.from({ length: time }, (_, t) =>
      Array.from(params.table.data.slice(t * size, (t + 1) * size)),
    );
    for (const sequence of [0, 1]) {
      expectRows(
        y[sequence]!,
        rows(sequence).map((row, t) => plus(row, table[t]!)),
      );
    }
    const short = learnedEncoding({ size, length: 3 });
    const error = thrown(() => short.apply(tensors(short.init(stream())), tensor(x), evaluation));
    expect(error.message).toMatch(/4 steps.*3 positions/);
  });
});
