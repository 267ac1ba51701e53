import { array, compile, gradients, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { type Drawn, dataGenerator } from "@outrigger/core/procedure/inner/generated-data";
import { lowerOf } from "@outrigger/core/procedure/inner/generated-loss";
import { hessianProduct, mixedSlope } from "@outrigger/core/procedure/inner/implicit";
import { Random } from "@outrigger/core/random";
import { generatedTask } from "@outrigger/core/train/generated-task";
import type { Model, ParamsTensors } from "@outrigger/core/train/model";
import { binary, type ColumnBatch, type Task } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { type Doubles, doubles, farthest, flat, inDouble, refilled } from "../support/in-double.ts";
import { smallCnn } from "../support/small-cnn.ts";

type Batch = ColumnBatch<Tensor>;

it("has the mixed derivative and the Hessian's products of differences in double on images, [N, D], with convolution, pooling, tanh and softmax, to 1e-4", async () => {
  const [count, pixels] = [6, 128];
  const stream = Random.seeded(4, "dtg");
  const normals = (size: number): Float32Array => Float32Array.from({ length: size }, () => stream.normal());
  const logistic = binary({ name: "y", role: "primary" }) as Task<Batch>;
  // Three outputs of each head: two sub-classes of the one class, one of the other; the primary's first is its logit.
  const model: Model<Batch> = {
    init: (random) => smallCnn.init(random),
    apply: (p, { inputs }, mode) =>
      smallCnn.apply(p, { images: tf.reshape(inputs, [count, 8, 8, 2]), labels: {} }, mode),
  };
  const primary: Task<Batch> = {
    ...logistic,
    loss: (output, batch) => logistic.loss(tf.slice(output, [0, 0], [count, 1]), batch),
  };
  const generator = dataGenerator({
    name: "y",
    inputs: pixels,
    subclasses: [2, 1],
    hidden: 2,
    noise: 1,
    margin: 0.5,
  });
  const tasks = [primary, generatedTask("a") as Task<Batch>];
  const problem = { model, tasks, generator, generated: 1, weight: 0.75, blocks: [2, 1] };
  const { total } = lowerOf(problem, 0);
  const drawn = {
    batch: {
      inputs: array(normals(count * pixels), [count, pixels]),
      labels: { y: array(Float32Array.from([0, 1, 0, 0, 1, 1])) },
      masks: { y: array(new Float32Array(count).fill(1)) },
    },
    partner: array(Int32Array.from([1, 0, 4, 5, 2, 3])),
    noise: array(normals(count), [count, 1]),
  };
  const params = model.init(Random.seeded(1, "init"));
  const along = model.init(Random.seeded(2, "direction"));
  const args = [params, generator.init(Random.seeded(3, "phi")), drawn] as unknown as Tree<NDArray>[];
  const like = args.map(doubles);
  const compiled = await inDouble(
    ((p: ParamsTensors, f: Tree<Tensor>, d: Drawn) => {
      const loss = total(p, f, d, { training: true });
      return { theta: gradients([loss], p)[0]!, phi: gradients([loss], f)[0]! };
    }) as never,
    like,
  );
  const direction = flat(doubles(along as unknown as Tree<NDArray>));
  const at = async (change: number): Promise<Record<"theta" | "phi", number[]>> => {
    const moved = flat(like[0]).map((value, i) => value + change * direction[i]!);
    const found = await compiled.run([refilled(like[0]!, moved), ...like.slice(1)]);
    const { theta, phi } = found as unknown as Record<"theta" | "phi", Tree<Doubles>>;
    return { theta: flat(theta), phi: flat(phi) };
  };
  const h = 1e-5;
  const [up, down] = [await at(h), await at(-h)];
  await compiled.dispose();
  const difference = (key: "theta" | "phi"): number[] =>
    up[key].map((value, i) => (value - down[key][i]!) / (2 * h));
  for (const [f, wanted] of [
    [hessianProduct, difference("theta")],
    [mixedSlope, difference("phi").map((value) => -value)],
  ] as const) {
    const single = compile(
      ((p: ParamsTensors, g: never, d: Drawn, v: ParamsTensors) => f({ total }, p, g, d, v)) as never,
      { threads: 1 },
    );
    const found = (await single(...args, along as unknown as Tree<NDArray>)) as Tree<NDArray>;
    await single.dispose();
    expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(farthest(flat(doubles(found)), wanted)).toBeLessThan(1e-4);
  }
});
