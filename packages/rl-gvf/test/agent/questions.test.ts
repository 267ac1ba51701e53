import { array, compile, gradients, type NDArray, type Tree } from "@outrigger/core";
import { Random } from "@outrigger/core/random";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import type { Auxiliary } from "../../src/agent/auxiliary.ts";
import { questions } from "../../src/agent/questions.ts";
import { createRollout } from "../../src/agent/rollout.ts";
import { questionNetwork, seededChoices } from "../../src/question/network.ts";
import { randomFeatures, transitionFeatures } from "../../src/question/random-features.ts";
import { questionMask, tdLoss, tdTargets } from "../../src/question/targets.ts";

const observation = { shape: [5, 5, 2], dtype: "uint8", low: 0, high: 1 } as const;
const shape = { observation, actions: 3, count: 2, steps: 4 };
const random = (name: string) => Random.seeded(5, name);
const asked = { depth: 3, repeat: 4, discounts: [0.9] };
const setting = { ...shape, features: 6, encoded: 6, random };

/** A rollout of noise with an end in the middle of it. */
function noise() {
  const stream = random("noise");
  const rollout = createRollout(shape);
  rollout.observations.set(Array.from(rollout.observations, () => stream.integer(2)));
  rollout.taken.set(Array.from(rollout.taken, () => stream.integer(3)));
  rollout.terminated[5] = 1;
  rollout.truncated[4] = 1;
  return rollout;
}

/** Answers, loss and gradients of an auxiliary whose features are given. */
async function evaluated(auxiliary: Auxiliary, rollout: ReturnType<typeof noise>) {
  const head = auxiliary.init(random("init"));
  const features = array(
    Array.from({ length: 60 }, () => random("features of the agent").normal()),
    [10, 6],
  );
  const alive = Array.from({ length: 8 }, (_, n) => 1 - (rollout.terminated[n]! | rollout.truncated[n]!));
  const taken = alive.flatMap((m, n) => [0, 1, 2].map((a) => (a === rollout.taken[n] ? m : 0)));
  const f = compile(((params: Tree<Tensor>, x: Tensor, given: Tree<Tensor>, oneHot: Tensor) => {
    const { hidden, output } = params as Record<string, Record<string, Tensor>>;
    const scene = { features: x, taken: oneHot, alive: tf.sum(oneHot, 1), encode: () => x };
    const rows = auxiliary.values(params, scene, given);
    const h = tf.relu(
      tf.add(tf.matMul(x as tf.Tensor2D, hidden!["kernel"] as tf.Tensor2D), hidden!["bias"]!),
    );
    const answers = tf.add(tf.matMul(h as tf.Tensor2D, output!["kernel"] as tf.Tensor2D), output!["bias"]!);
    const [byHead, byFeatures] = gradients([tf.mean<Scalar>(rows)], { params, x } as never).flatMap(
      (tree) => {
        const { params: first, x: second } = tree as { params: Tree<Tensor>; x: Tensor };
        return [first, second];
      },
    );
    return { loss: tf.mean(rows), answers, byHead: byHead!, byFeatures: byFeatures! };
  }) as never);
  const given = auxiliary.feed(rollout);
  const result = (await f(head, features, given, array(taken, [8, 3]))) as Record<string, NDArray>;
  await f.dispose();
  return { result, alive };
}

test("the loss in the graph is the loss of the question network's targets and masks on the host", async () => {
  const rollout = noise();
  const { result, alive } = await evaluated(
    questions({ ...asked, features: { patch: [5, 5], channels: 4 } })(setting),
    rollout,
  );
  const phi = randomFeatures(observation, { patch: [5, 5], channels: 4 }, random("features"));
  const network = questionNetwork({ ...asked, features: 4, actions: 3 }, seededChoices(random("questions")));
  const width = network.feature.length;
  const x = new Float32Array(8 * 4);
  transitionFeatures(phi, rollout.observations.subarray(0, 8 * 50), rollout.observations.subarray(2 * 50), x);
  const answers = result["answers"]!.data as Float32Array;
  const targets = new Float64Array(8 * width);
  const mask = new Float64Array(8 * width);
  const continues = Array.from({ length: 8 }, (_, n) => 1 - rollout.terminated[n + 2]!);
  tdTargets(network, { features: x, predictions: answers.subarray(2 * width), continues }, targets);
  questionMask(network, { actions: rollout.taken, alive }, mask);
  const { loss } = tdLoss(8, { predictions: answers.subarray(0, 8 * width), targets, mask });
  expect(loss).toBeGreaterThan(0.1);
  expect(result["loss"]!.data[0]).toBeCloseTo(loss, 5);
});

test("the scale c multiplies the gradient of all before the linear layer, whose own gradient stays as it is", async () => {
  const options = { ...asked, features: { patch: [5, 5] as const } };
  const rollout = noise();
  const [whole, scaled] = await Promise.all(
    [1, 0.25].map((gradientScale) => evaluated(questions({ ...options, gradientScale })(setting), rollout)),
  );
  type Head = Record<"hidden" | "output", Record<"kernel" | "bias", NDArray>>;
  const [one, quarter] = [whole!, scaled!].map(({ result }) => ({
    head: result["byHead"] as unknown as Head,
    features: result["byFeatures"]!,
  }));
  const ratio = (a: NDArray, b: NDArray, factor: number): void => {
    expect(Math.max(...a.data.map(Math.abs))).toBeGreaterThan(0.001);
    for (const [i, value] of a.data.entries()) expect(b.data[i]).toBeCloseTo(factor * value, 6);
  };
  ratio(one!.head.output.kernel, quarter!.head.output.kernel, 1);
  ratio(one!.head.output.bias, quarter!.head.output.bias, 1);
  ratio(one!.head.hidden.kernel, quarter!.head.hidden.kernel, 0.25);
  ratio(one!.head.hidden.bias, quarter!.head.hidden.bias, 0.25);
  ratio(one!.features, quarter!.features, 0.25);
});
