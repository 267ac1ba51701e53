import { readFileSync } from "node:fs";
import { array, compile, gradients, mapTree, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { Random } from "@outrigger/core/random";
import { cgc } from "@outrigger/core/sharing/cgc";
import { crossStitch } from "@outrigger/core/sharing/cross-stitch";
import { mmoe } from "@outrigger/core/sharing/mmoe";
import { mtan } from "@outrigger/core/sharing/mtan";
import { ple } from "@outrigger/core/sharing/ple";
import type { ShapedOptions } from "@outrigger/core/sharing/policy";
import { residualAdapters } from "@outrigger/core/sharing/residual-adapters";
import { namedLeaves } from "@outrigger/core/train/flat";
import type { Model, ParamsTensors } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";

type Flat = Record<string, number[]>;
interface Case {
  params: Flat;
  outputs: Flat;
  gradients: Flat;
}
const path = new URL("../fixtures/sharing.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as {
  x: number[][];
  c: number[][];
  cases: Record<string, Case>;
};

const names = ["a", "b"];
const options: ShapedOptions = {
  layers: [
    dense({ inputs: 3, outputs: 5, activation: tf.tanh }),
    dense({ inputs: 5, outputs: 4, activation: tf.tanh }),
  ],
  heads: Object.fromEntries(names.map((name) => [name, dense({ inputs: 4, outputs: 1 })])),
  shape: [3],
};
const models: Record<string, Model<ColumnBatch<Tensor>>> = {
  mmoe: mmoe({ ...options, experts: 3 }),
  cgc: cgc({ ...options, sharedExperts: 2 }),
  ple: ple({ ...options, sharedExperts: 2, taskExperts: 2 }),
  mtan: mtan(options),
  crossStitch: crossStitch(options),
  residualAdapters: residualAdapters({ ...options, size: 2 }),
};

function close(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(found, `length of ${what}`).toHaveLength(expected.length);
  const unit = Math.max(...expected.map(Math.abs), 1e-2);
  expected.forEach((value, i) =>
    expect(Math.abs(found[i]! - value) / unit, `value of ${what}`).toBeLessThan(1e-5),
  );
}

test("there is a model for every case", () => {
  expect(Object.keys(fixture.cases).sort()).toEqual(Object.keys(models).sort());
});

test.each(Object.entries(models))("%s: outputs and gradients of PyTorch", async (name, model) => {
  const { params: given, outputs, gradients: expected } = fixture.cases[name]!;
  const like = model.init(Random.seeded(0, "init"));
  expect([...namedLeaves(like).keys()]).toEqual(Object.keys(given).sort());
  const params = mapTree<NDArray, NDArray>(like, ({ shape }, at) => array(given[at]!, shape));
  const run = compile(
    ((p: ParamsTensors, x: Tensor, c: Tensor) => {
      const made = model.apply(p, { inputs: x } as ColumnBatch<Tensor>, { training: true });
      const side = tf.concat(
        names.map((task) => made[task]!),
        1,
      );
      const total = tf.sum<Scalar>(tf.mul(side, c));
      return { made, slopes: gradients([total], p as unknown as Tree<Tensor>)[0]! };
    }) as never,
    { threads: 1 },
  );
  const matrix = (rows: number[][]): NDArray => array(rows.flat(), [rows.length, rows[0]!.length]);
  const found = (await run(params, matrix(fixture.x), matrix(fixture.c))) as unknown as {
    made: Record<string, NDArray>;
    slopes: Tree<NDArray>;
  };
  await run.dispose();
  for (const task of names) close(found.made[task]!.data, outputs[task]!, `output of ${task}`);
  for (const [at, { data }] of namedLeaves(found.slopes)) close(data, expected[at]!, at);
});
