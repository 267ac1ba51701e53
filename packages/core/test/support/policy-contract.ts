import {
  array,
  compile,
  gradients,
  leaves,
  mapTree,
  type NDArray,
  type Tree,
} from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import type { ShapedOptions } from "@outrigger/core/sharing/policy";
import { type Fitted, fit } from "@outrigger/core/train/fit";
import { forward } from "@outrigger/core/train/loss";
import type { Method } from "@outrigger/core/train/method";
import type { Model, Params, ParamsTensors } from "@outrigger/core/train/model";
import { type ColumnBatch, regression } from "@outrigger/core/train/task";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Tensor } from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { toy } from "../fixtures/toy.ts";
import { thrown } from "./errors.ts";
import { type Policy, perceptron, pictures } from "./policies.ts";

type Batch = ColumnBatch<Tensor>;

/** Any numbers of a shape. */
export const numbers = (stream: string, shape: readonly number[], size = 1): NDArray => {
  const random = Random.seeded(7, stream);
  const count = shape.reduce((a, b) => a * b, 1);
  return array(
    Float32Array.from({ length: count }, () => size * random.normal()),
    shape,
  );
};

/** Every parameter moved a little, so that nothing is zero or the same any more. */
export const stirred = <P extends Tree<NDArray>>(params: P, size = 0.3): P => {
  const random = Random.seeded(3, "stirred");
  return mapTree<NDArray, NDArray>(params, ({ data, shape }) =>
    array(
      Float32Array.from(data, (value) => value + size * random.normal()),
      shape,
    ),
  ) as P;
};

/** What a model gives for a batch of inputs, task by task. */
export async function outputsOf(
  model: Model<Batch>,
  params: Params,
  inputs: NDArray,
): Promise<Record<string, number[]>> {
  const run = compile(
    ((p: ParamsTensors, x: Tensor) => model.apply(p, { inputs: x } as Batch, { training: false })) as never,
    { runtime: "tfjs", device: "cpu" },
  );
  const outputs = (await run(params, inputs)) as unknown as Record<string, NDArray>;
  await run.dispose();
  return Object.fromEntries(Object.entries(outputs).map(([task, { data }]) => [task, [...data]]));
}

/** Gradients of each task's training loss, squared errors to zero, with respect to all parameters: one tree a task. */
export async function lossGradients(
  model: Model<Batch>,
  names: readonly string[],
  params: Params,
  inputs: NDArray,
): Promise<Params[]> {
  const tasks = names.map((name, k) => regression({ name, role: k === 0 ? "primary" : "auxiliary" }));
  const rows = inputs.shape[0]!;
  const columns = (value: number): Record<string, NDArray> =>
    Object.fromEntries(names.map((name) => [name, array(new Float32Array(rows).fill(value))]));
  const batch = { inputs, labels: columns(0), masks: columns(1) };
  const run = compile(
    ((p: ParamsTensors, b: Batch) => {
      const { losses } = forward(model, tasks, p, b, { training: true });
      return gradients(losses, p as unknown as Tree<Tensor>);
    }) as never,
    { runtime: "tfjs", device: "cpu" },
  );
  const found = (await run(params, batch as never)) as unknown as Params[];
  await run.dispose();
  return found;
}

const sizeOf = (tree: Tree<NDArray>): number =>
  Math.hypot(...leaves<NDArray>(tree).flatMap(({ data }) => [...data]));

const names = ["y", "a"];

/** The properties that every sharing policy has. Call it inside a test file; it declares one `describe`. */
export function policyContract(name: string, make: Policy): void {
  const networks: [string, ShapedOptions][] = [
    ["a perceptron", perceptron(names)],
    ["images", pictures(names)],
  ];

  describe(`the sharing policy ${name}`, () => {
    test.each(networks)("on %s: a head a task, one output a sample, the seed decides", async (_, options) => {
      const model = make(options);
      const params = model.init(Random.seeded(1, "init"));
      expect(Object.keys(params.heads)).toEqual(names);
      expect(model.init(Random.seeded(1, "init"))).toEqual(params);
      expect(model.init(Random.seeded(2, "init"))).not.toEqual(params);
      const outputs = await outputsOf(model, params, numbers("x", [5, ...options.shape]));
      for (const task of names) {
        expect(outputs[task]).toHaveLength(5);
        expect(outputs[task]!.every(Number.isFinite)).toBe(true);
      }
      expect(outputs["y"]).not.toEqual(outputs["a"]);
    });

    test.each(networks)("on %s: every sample stands for itself", async (_, options) => {
      const model = make(options);
      const params = stirred(model.init(Random.seeded(1, "init")));
      const inputs = numbers("x", [4, ...options.shape]);
      const stride = inputs.data.length / 4;
      const [all, third] = [
        await outputsOf(model, params, inputs),
        await outputsOf(
          model,
          params,
          array(inputs.data.slice(2 * stride, 3 * stride), [1, ...options.shape]),
        ),
      ];
      for (const task of names) expect(third[task]![0]).toBeCloseTo(all[task]![2]!, 5);
    });

    test.each(networks)(
      "on %s: a task's loss reaches the trunk and its own head, and no other head",
      async (_, options) => {
        const model = make(options);
        const params = stirred(model.init(Random.seeded(1, "init")));
        const found = await lossGradients(model, names, params, numbers("x", [6, ...options.shape]));
        found.forEach(({ trunk, heads }, k) => {
          const [own, other] = [heads[names[k]!]!, heads[names[1 - k]!]!];
          expect(sizeOf(trunk)).toBeGreaterThan(1e-3);
          expect(sizeOf(own)).toBeGreaterThan(1e-3);
          expect(sizeOf(other)).toBe(0);
        });
      },
    );

    test("trains under uniform weights and under pcgrad, the same numbers twice, and every parameter learns", async () => {
      const data = toy({ samples: 100 });
      const tasks = data.tasks.slice(0, 2);
      const model = make(perceptron(names));
      const train = (method: Method): Promise<Fitted<Batch>> =>
        fit<Batch>(model, {
          ...data,
          tasks,
          method,
          optimizer: adam({ learningRate: 0.02 }),
          epochs: 12,
          seed: 1,
          threads: 1,
          progress: "none",
        });
      const before = leaves<NDArray>(model.init(Random.seeded(1, "init")));
      for (const method of [uniform(), pcgrad()] as Method[]) {
        const run = await train(method);
        const again = await train(method);
        expect(again.last).toEqual(run.last);
        expect(run.history.at(-1)!.losses["y"]!).toBeLessThan(0.8 * run.history[0]!.losses["y"]!);
        const after = leaves<NDArray>(run.last);
        const still = before.filter(({ data: values }, i) => values.every((v, j) => v === after[i]!.data[j]));
        expect(still).toHaveLength(0);
        await run.dispose();
        await again.dispose();
      }
    });

    test("refuses to share nothing, and to share among nobody", () => {
      const options = perceptron(names);
      for (const wrong of [
        { ...options, layers: [] },
        { ...options, heads: {} },
      ]) {
        expect(thrown(() => make(wrong))).toMatchObject({
          code: "bad-option",
          message: expect.stringContaining(`${name}: `),
        });
      }
    });
  });
}
