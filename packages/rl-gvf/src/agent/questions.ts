import { array, stopGradient } from "@outrigger/core";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { observationSize } from "../environment.ts";
import {
  EVERY_ACTION,
  type QuestionNetwork,
  type QuestionOptions,
  questionNetwork,
  seededChoices,
} from "../question/network.ts";
import {
  type RandomFeatureOptions,
  randomFeatureSettings,
  randomFeatures,
  transitionFeatures,
} from "../question/random-features.ts";
import { gradientScale, predictionCount } from "../question/targets.ts";
import type { MakeAuxiliary } from "./auxiliary.ts";
import { twoLayers } from "./network.ts";

export interface QuestionsOptions extends Omit<QuestionOptions, "features" | "actions"> {
  /** Default `questions`. */
  readonly name?: string;
  /** The random features that are asked about. Default those for MinAtar. */
  readonly features?: RandomFeatureOptions;
  /** Width of the hidden layer of the answers. Default 128. */
  readonly hidden?: number;
  /** c: what the gradient into that layer is multiplied by. Default 1/√(questions learnt at a step). */
  readonly gradientScale?: number;
}

/**
 * Random general value functions: a question network about random features of transitions, answered from the features of the
 * agent by a hidden and a linear layer, and learnt by one-step temporal differences,
 *
 *     L_n = Σ_i 1/2 mask_{n,i} (ŷ_i(s_t) - sg(x_{t+1}[feature_i] + discount_i m_{t+1} ŷ_{parent_i}(s_{t+1})))².
 *
 * The hidden layer h goes on as c h + sg((1 - c) h): the linear layer learns from the whole gradient, everything before it from c times it.
 *
 * Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897 (equations and defaults of the authors' code).
 */
export const questions =
  (options: QuestionsOptions = {}): MakeAuxiliary =>
  ({ observation, actions, count, steps, features: inputs, random }) => {
    const { name = "questions", features = randomFeatureSettings.minatar, hidden = 128, ...asked } = options;
    const phi = randomFeatures(observation, features, random("features"));
    const net = questionNetwork(
      { ...asked, features: phi.count, actions },
      seededChoices(random("questions")),
    );
    const scale = options.gradientScale ?? gradientScale(net);
    const layers = twoLayers(inputs, hidden, predictionCount(net));
    const learnt = steps * count;
    const size = observationSize(observation);
    const x = new Float32Array(learnt * phi.count);
    const continues = new Float32Array(learnt);
    const feed = { features: array(x, [learnt, phi.count]), continues: array(continues, [learnt, 1]) };
    return {
      name,
      init: (stream) => layers.init(stream),
      feed({ observations, terminated }) {
        const before = observations.subarray(0, learnt * size);
        transitionFeatures(phi, before, observations.subarray(count * size), x);
        for (let n = 0; n < learnt; n++) continues[n] = 1 - terminated[n + count]!;
        return feed;
      },
      values(head, scene, given) {
        const h = layers.hidden(head, scene.features);
        const scaled = tf.add(tf.mul(scale, h), stopGradient(tf.mul(1 - scale, h)));
        return answerLoss(net, layers.output(head, scaled), scene.taken, given as Given);
      },
    };
  };

type Given = { readonly features: Tensor; readonly continues: Tensor };

/** The loss of every row that is learnt from, as a gather and three small products in place of the network's matrix. */
function answerLoss(
  { feature, parent, discount, action, features, actions }: QuestionNetwork,
  answers: Tensor,
  taken: Tensor,
  { features: x, continues }: Given,
): Tensor1D {
  const [learnt] = taken.shape as [number];
  const [rows, width] = answers.shape as [number, number];
  const table = (height: number, filled: (row: number, i: number) => boolean): Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: height * width }, (_, at) =>
        filled(Math.floor(at / width), at % width) ? 1 : 0,
      ),
      [height, width],
    );
  const asked = table(actions, (a, i) => action[i] === EVERY_ACTION || action[i] === a);
  const added = table(features, (f, i) => feature[i] === f);
  const factor = tf.tensor2d(
    parent.map((from, i) => (from < 0 ? 0 : discount[i]!)),
    [1, width],
  );
  const after = stopGradient(tf.slice(answers, [rows - learnt, 0], [learnt, width]));
  // Whole rows are gathered twenty times as fast as single numbers, two transpositions included.
  const from = tf.tensor1d(
    parent.map((one) => Math.max(0, one)),
    "int32",
  );
  const next = tf.transpose(tf.gather(tf.transpose(after), from));
  const target = tf.add(tf.matMul(x as Tensor2D, added), tf.mul(next, tf.mul(continues, factor)));
  const error = tf.sub(tf.slice(answers, [0, 0], [learnt, width]), target);
  const mask = tf.matMul(taken as Tensor2D, asked);
  return tf.mul(0.5, tf.sum(tf.mul(mask, tf.square(error)), 1)) as Tensor1D;
}
