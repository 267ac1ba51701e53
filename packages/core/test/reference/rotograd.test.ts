import { readFileSync } from "node:fs";
import { type RotogradState, rotograd } from "@outrigger/core/feature/rotograd";
import { array, compile, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { featureDescent } from "@outrigger/core/train/feature-descent";
import { withInserted } from "@outrigger/core/train/inserted";
import { splitModel } from "@outrigger/core/train/split-model";
import { type ColumnBatch, regression } from "@outrigger/core/train/task";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";

interface Affine {
  kernel: number[];
  bias: number[];
}
interface Step {
  x: number[][];
  labels: number[][];
  kernel: number[][];
  bias: number[];
  heads: Affine[];
  rotations: number[][][];
  losses: number[];
  lengths: number[];
  gradients: { kernel: number[][]; bias: number[]; heads: Affine[]; turns: number[][][] };
}
interface Case {
  dimensions: number;
  burnIn: number;
  steps: Step[];
}
const path = new URL("../fixtures/rotograd.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as Record<"all" | "some", Case>;

const names = ["a", "b", "c"];
const [trunk, head] = [
  dense({ inputs: 3, outputs: 5, activation: tf.tanh }),
  dense({ inputs: 5, outputs: 1 }),
];
const plain = splitModel<ColumnBatch<Tensor>>({
  init: (random) => ({
    trunk: trunk.init(random),
    heads: Object.fromEntries(names.map((name) => [name, head.init(random)])),
  }),
  represent: (params, { inputs }, mode) => trunk.apply(params as never, inputs, mode),
  decode: (params, z, _, mode) => head.apply(params as never, z, mode),
});
const tasks = names.map((name, k) => regression({ name, role: k === 0 ? "primary" : "auxiliary" }));

const matrix = (rows: readonly (readonly number[])[]): NDArray =>
  array(rows.flat(), [rows.length, rows[0]!.length]);
const labelled = (f: (k: number) => NDArray) => Object.fromEntries(names.map((name, k) => [name, f(k)]));

function paramsOf({ kernel, bias, heads, rotations }: Step) {
  return {
    trunk: { kernel: matrix(kernel), bias: array(bias) },
    heads: Object.fromEntries(
      names.map((name, k) => {
        const own = { kernel: array(heads[k]!.kernel, [5, 1]), bias: array(heads[k]!.bias) };
        const rotation = matrix(rotations[k]!);
        const turn = array(new Float32Array(rotation.data.length), rotation.shape);
        return [name, { head: own, inserted: { rotation, turn } }];
      }),
    ),
  };
}

const batchOf = ({ x, labels }: Step) => ({
  inputs: matrix(x),
  labels: labelled((k) => array(labels[k]!)),
  masks: labelled(() => array([1, 1, 1, 1])),
});

function close(found: ArrayLike<number>, expected: readonly number[]): void {
  const unit = Math.max(...expected.map(Math.abs));
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(Math.abs(found[i]! - value) / unit).toBeLessThan(1e-5));
}

test.each(["all", "some"] as const)(
  "trunk, heads and rotations go along the gradients of the authors' package, turning %s features",
  async (which) => {
    const { dimensions, burnIn, steps } = fixture[which];
    const method = rotograd({ rate: 1, dimensions, burnIn });
    const model = withInserted(plain, method, batchOf(steps[0]!) as never);
    const descent = featureDescent({ model, tasks, primary: 0, method: method as never });
    const record = compile(
      ((params: never, batch: never, given: Scalar[]) => {
        const { losses, told, gradients } = descent.record(params, batch, given);
        return { losses, told: told!, gradients };
      }) as never,
      { threads: 1 },
    );
    let state: RotogradState = method.init(3, 0);
    for (const step of steps) {
      const given = method.give(state).map((value) => array([value], []));
      const args = [paramsOf(step), batchOf(step), given] as Tree<NDArray>[];
      const out = (await record(...args)) as unknown as {
        losses: NDArray[];
        told: NDArray;
        gradients: ReturnType<typeof paramsOf>;
      };
      close(
        out.losses.map(({ data }) => data[0]!),
        step.losses,
      );
      close([...out.told.data].slice(0, 3), step.lengths);
      const { trunk, heads } = out.gradients;
      close(trunk.kernel.data, step.gradients.kernel.flat());
      close(trunk.bias.data, step.gradients.bias);
      names.forEach((name, k) => {
        const { head, inserted } = heads[name]!;
        close(head.kernel.data, step.gradients.heads[k]!.kernel);
        close(head.bias.data, step.gradients.heads[k]!.bias);
        // A = (S − Sᵀ)/2: an entry of S moves A above and below the diagonal by halves.
        close(
          inserted.turn.data,
          step.gradients.turns[k]!.flat().map((value) => value / 2),
        );
        expect(Math.max(...inserted.rotation.data.map(Math.abs))).toBe(0);
      });
      ({ state } = method.learn([...out.told.data], state));
    }
    await record.dispose();
  },
);
