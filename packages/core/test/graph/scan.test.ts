import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  array,
  compile,
  grad,
  leaves,
  type NDArray,
  randomMask,
  scan,
  type Tree,
  trace,
} from "../../src/graph/index.ts";
import { Random } from "../../src/random.ts";
import { thrown } from "../support/errors.ts";
import { numbers } from "./case.ts";

interface State {
  readonly w: Tensor2D;
  readonly velocity: Tensor2D;
}
interface Batch {
  readonly x: Tensor2D;
  readonly y: Tensor2D;
}

/** A step of stochastic gradient descent with momentum and two dropout masks, under a learning rate of its own. */
function step({ w, velocity }: State, { x, y }: Batch, rate: Scalar): { state: State; out: Tensor } {
  const loss = (weights: Tensor2D): Scalar => {
    const dropped = tf.mul(x, randomMask([4, 3], 0.7));
    const hidden = tf.mul(tf.tanh(tf.matMul(dropped as Tensor2D, weights)), randomMask([4, 2], 0.5));
    return tf.mean(tf.square(tf.sub(hidden, y)));
  };
  const next = tf.add(tf.mul(0.9, velocity), grad(loss)(w));
  return { state: { w: tf.sub(w, tf.mul(rate, next)), velocity: next as Tensor2D }, out: loss(w) };
}

const start = { velocity: numbers([3, 2], -0.1, 0.1), w: numbers([3, 2]) };
const batches = { x: numbers([5, 4, 3]), y: numbers([5, 4, 2], -1, 1, 0.3) };
const slice = ({ data, shape }: NDArray, i: number): NDArray => {
  const size = data.length / shape[0]!;
  return array(data.slice(i * size, (i + 1) * size), shape.slice(1));
};

const many = (state: State, xs: Batch, rate: Scalar) =>
  scan((s: State, x: Batch) => step(s, x, rate) as never, state as never, xs as never) as never;

describe("scan", () => {
  it.each([{ runtime: "onnx" }, { runtime: "tfjs" }] as const)(
    "takes the steps that single calls take, with their masks: %o",
    async (options) => {
      const rate = array([0.05], []);
      const single = compile(step as never, { ...options, random: Random.seeded(3, "masks") });
      let state: Tree<NDArray> = start;
      const losses: number[] = [];
      for (let i = 0; i < 5; i++) {
        const found = (await single(state, { x: slice(batches.x, i), y: slice(batches.y, i) }, rate)) as {
          state: Tree<NDArray>;
          out: NDArray;
        };
        state = found.state;
        losses.push(found.out.data[0]!);
      }
      const together = compile(many, { ...options, random: Random.seeded(3, "masks") });
      const found = (await together(start, batches as never, rate)) as { state: Tree<NDArray>; out: NDArray };
      await single.dispose();
      await together.dispose();
      expect(found.out.shape).toEqual([5]);
      found.out.data.forEach((loss, i) => {
        expect(loss).toBeCloseTo(losses[i]!, 6);
      });
      const wanted = leaves<NDArray>(state);
      leaves<NDArray>(found.state).forEach(({ data }, leaf) => {
        data.forEach((value, i) => {
          expect(value).toBeCloseTo(wanted[leaf]!.data[i]!, 6);
        });
      });
      expect(new Set(losses).size).toBe(5);
    },
  );

  it("nests", async () => {
    const total = (x: Tensor): Tensor =>
      scan(
        (sum: Tensor, row: Tensor) => {
          const inner = scan(
            (s: Tensor, v: Tensor) => ({ state: tf.add(s, tf.mul(v, sum)), out: v }),
            sum,
            row,
          );
          return { state: inner.state, out: inner.state };
        },
        tf.scalar(1) as Tensor,
        x,
      ).state;
    const compiled = compile(total as never);
    const { data } = (await compiled(array([1, 2, 3, 4], [2, 2]))) as NDArray;
    await compiled.dispose();
    expect(data[0]).toBe((1 + 1 + 2) * (1 + 3 + 4));
  });

  it("refuses a state that changes its shape, and scanned arrays of different lengths", () => {
    const grows = (x: Tensor): Tensor =>
      scan((s: Tensor, row: Tensor) => ({ state: tf.concat([s, row]), out: row }), tf.zeros([2]) as Tensor, x)
        .state;
    expect(thrown(() => trace(grows as never)({ shape: [3, 2] })).message).toMatch(/before a step.*after it/);
    const uneven = (x: Tensor, y: Tensor): Tensor =>
      scan((s: Tensor) => ({ state: s, out: s }), tf.zeros([2]) as Tensor, [x, y] as never).state;
    const error = thrown(() => trace(uneven as never)({ shape: [3, 2] }, { shape: [4] }));
    expect(error.message).toMatch(/first axis/);
  });

  it("has no gradient", () => {
    const f = (x: Tensor): Scalar =>
      tf.sum(
        scan((s: Tensor, row: Tensor) => ({ state: tf.add(s, row), out: s }), tf.zeros([2]) as Tensor, x)
          .state,
      );
    expect(thrown(() => trace(grad(f) as never)({ shape: [3, 2] })).code).toBe("unsupported");
  });
});
