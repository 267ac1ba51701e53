import { type Optimizer, Random, type Task } from "@outrigger/core";
import type { Method } from "@outrigger/core/train/method";
import type { Host, Model } from "@outrigger/core/train/model";
import { Stepper, type StepState } from "@outrigger/core/train/step";
import type { Tensor1D } from "@tensorflow/tfjs";
import {
  controlRows,
  type Learner,
  type LearnerBatch,
  type LearnerOptions,
  sceneOf,
  sightOf,
} from "./learner.ts";

export interface JointOptions {
  /** Any of @outrigger/core that needs no held-out data: a weighting, an aggregator, a feature method. */
  readonly method: Method;
  readonly optimizer: Optimizer;
  /** Default 0.5. */
  readonly maxGradientNorm?: number;
  readonly seed: number;
}

type Batch = LearnerBatch<Tensor1D>;

/**
 * One gradient step a rollout with one optimiser: policy and value are the primary task, every auxiliary loss is a task, and a method of
 * @outrigger/core weighs or combines them. Not the algorithm of the paper, which is `sequentialLearner`.
 *
 * Cost: one native call where the method needs nothing, as that method says elsewhere.
 */
export function jointLearner(options: LearnerOptions & JointOptions): Learner {
  const { network, auxiliaries, seed, method, optimizer, params, maxGradientNorm = 0.5 } = options;
  const model: Model<Batch> = {
    init: () => params as never,
    apply({ trunk, heads }, batch) {
      const features = network.represent(trunk, sightOf(batch));
      const scene = sceneOf(network, trunk, features, batch);
      const { rows } = controlRows(options, heads["control"]!, features, batch);
      const rest = auxiliaries.map(
        (one) => [one.name, one.values(heads[one.name]!, scene, batch.feeds[one.name]!)] as const,
      );
      return { control: rows, ...Object.fromEntries(rest) };
    },
  };
  const names = ["control", ...auxiliaries.map(({ name }) => name)];
  const tasks = names.map(
    (name, i): Task<Batch> => ({
      name,
      role: i === 0 ? "primary" : "auxiliary",
      loss: (output) => ({ values: output as Tensor1D }),
    }),
  );
  const stream = (name: string): Random => Random.seeded(seed, `joint/${name}`);
  const streams = {
    dropout: stream("dropout"),
    method: stream("method"),
    dev: stream("dev"),
    other: stream("other"),
  };
  const stepper = new Stepper<Batch>({
    model,
    tasks,
    method,
    optimizer,
    params,
    streams,
    maxGradientNorm,
    compile: options.compile,
  });
  const { trunk, heads } = stepper.params.tree;
  const tell = (): void => {
    for (const one of auxiliaries) one.updated?.(trunk, heads[one.name]!);
  };
  tell();
  return {
    trunk,
    control: heads["control"]!,
    async update(batch) {
      const { losses } = await stepper.run(batch as unknown as Host<Batch>, 0);
      await stepper.sync();
      tell();
      return Object.fromEntries(names.map((name, i) => [name, losses[i]!]));
    },
    save: () => ({
      arrays: {
        "joint/params": stepper.params.data,
        ...named("joint/slots", stepper.slots),
        ...named("joint/memory", stepper.memory),
      },
      state: {
        step: stepper.state,
        streams: Object.fromEntries(Object.entries(streams).map(([name, { state }]) => [name, state])),
      },
    }),
    load({ arrays, state }) {
      for (const [name, into] of Object.entries(this.save().arrays)) into.set(arrays[name]!);
      const saved = state as { step: StepState; streams: Record<string, number[]> };
      stepper.restore(saved.step);
      for (const [name, one] of Object.entries(streams)) one.state = saved.streams[name]!;
    },
    dispose: () => stepper.dispose(),
  };
}

const named = (
  prefix: string,
  arrays: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(arrays).map(([name, data]) => [`${prefix}/${name}`, data]));
