import { dense, type NDArray, stopGradient, type TensorsOf, type Tree } from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { ObservationSpace } from "../environment.ts";
import { memory as recurrent } from "./memory.ts";
import { type TorsoOptions, torso } from "./torso.ts";

export interface NetworkOptions {
  readonly torso: TorsoOptions;
  /** Units of a recurrent layer behind the torso, which also sees the previous action and reward. Default 0: none. */
  readonly memory?: number;
  /** Width of the hidden layer of policy and value. Default 128. */
  readonly hidden?: number;
  /** Nothing of policy and value reaches the features: only auxiliaries train them; without any they stay random. Default false. */
  readonly stopGradient?: boolean;
}

/** What the network sees of S steps of B environments, S · B rows, step by step. */
export interface Sight {
  /** [S · B, …observation]. */
  readonly observations: Tensor;
  /** With a memory only. */
  readonly recurrent?: {
    /** The previous action, one-hot, and the previous reward, [S · B, A + 1]. */
    readonly previous: Tensor;
    /** 1 where an episode starts, [S · B, 1]. */
    readonly starts: Tensor;
    /** Before the first step, [B, units]. */
    readonly state: Tensor;
  };
}

/** Shared features and, on them, policy and value. Parameters are the trunk and the head `control`. */
export interface Network {
  /** Width of the features. */
  readonly features: number;
  /** Width of what the torso makes of an observation. */
  readonly encoded: number;
  /** Units of the memory, 0 without. */
  readonly memory: number;
  initTrunk(random: Random): Tree<NDArray>;
  initControl(random: Random): Tree<NDArray>;
  /** What the torso makes of observations, [N, torso's width]: the features, where there is no memory. */
  encode(trunk: Tree<Tensor>, observations: Tensor): Tensor;
  /** Features, [S · B, features]; with a memory they are its state after every step. */
  represent(trunk: Tree<Tensor>, sight: Sight): Tensor;
  /** Logits [N, A] and values [N]. */
  control(head: Tree<Tensor>, features: Tensor): { readonly logits: Tensor; readonly values: Tensor };
}

/** One hidden layer and one output layer. */
export function twoLayers(
  inputs: number,
  hidden: number,
  outputs: number,
): {
  init(random: Random): { readonly hidden: Tree<NDArray>; readonly output: Tree<NDArray> };
  hidden(head: Tree<Tensor>, x: Tensor): Tensor;
  output(head: Tree<Tensor>, h: Tensor): Tensor;
} {
  const first = dense({ inputs, outputs: hidden, activation: tf.relu });
  const second = dense({ inputs: hidden, outputs });
  type Head = TensorsOf<{ hidden: ReturnType<typeof first.init>; output: ReturnType<typeof second.init> }>;
  const mode = { training: true };
  return {
    init: (random) => ({ hidden: first.init(random), output: second.init(random) }),
    hidden: (head, x) => first.apply((head as Head).hidden, x, mode),
    output: (head, h) => second.apply((head as Head).output, h, mode),
  };
}

/**
 * The network of an agent: torso, memory (if any), and policy and value on a hidden layer of their own.
 *
 * @param actions A: how many.
 * @throws RlGvfError as {@link torso}
 */
export function network(space: ObservationSpace, actions: number, options: NetworkOptions): Network {
  const { memory: units = 0, hidden = 128, stopGradient: stop = false } = options;
  const encoder = torso(space, options.torso);
  const cell = units > 0 ? recurrent(encoder.features + actions + 1, units) : undefined;
  const features = cell ? units : encoder.features;
  const head = twoLayers(features, hidden, actions + 1);
  const part = (trunk: Tree<Tensor>, name: string): never => (trunk as Record<string, never>)[name]!;
  const encode = (trunk: Tree<Tensor>, observations: Tensor): Tensor =>
    encoder.apply(part(trunk, "torso"), observations);
  return {
    features,
    encoded: encoder.features,
    memory: units,
    initTrunk: (random) => ({
      torso: encoder.init(random),
      ...(cell && { memory: cell.init(random) }),
    }),
    initControl: (random) => head.init(random),
    encode,
    represent(trunk, { observations, recurrent: sequence }) {
      const encoded = encode(trunk, observations);
      if (cell === undefined) return encoded;
      const { previous, starts, state } = sequence!;
      const inputs = tf.concat([encoded, previous], 1);
      return cell.apply(part(trunk, "memory"), { inputs, starts, state });
    },
    control(params, x) {
      const out = head.output(params, head.hidden(params, stop ? stopGradient(x) : x));
      const [logits, values] = tf.split(out, [actions, 1], 1);
      return { logits: logits!, values: tf.reshape(values!, [-1]) };
    },
  };
}
