import { array, type CompileOptions, compile, type NDArray, type Tree } from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import { observationSize, type RandomSource } from "../environment.ts";
import type { AgentEnvironments } from "./environments.ts";
import type { Network, Sight } from "./network.ts";

/** What the network is shown of B environments at one point in time: arrays that the actor reads at every call. */
export interface Glance {
  readonly observations: NDArray;
  readonly recurrent?: { readonly previous: NDArray; readonly starts: NDArray; readonly state: NDArray };
}

/** Policy and value of B observations, one native call. */
export interface Actor {
  /** [B, A], written by `look`. */
  readonly logits: Float32Array;
  /** [B], likewise. */
  readonly values: Float32Array;
  /** The memory after the observation, [B, units], likewise; empty without a memory. */
  readonly state: Float32Array;
  look(
    params: { readonly trunk: Tree<NDArray>; readonly control: Tree<NDArray> },
    glance: Glance,
  ): Promise<void>;
  dispose(): Promise<void>;
}

/** Values of all observations up to which two threads take longer than one: 16 boards have up to 16,000, 16 small pictures 330,000. */
const FEW = 2 ** 15;

/** The actor of some environments. Boards are looked at on one thread, whatever the options say. */
export function actor(
  network: Network,
  { observation, actions: { length: actions }, count }: AgentEnvironments,
  options?: Omit<CompileOptions, "random">,
): Actor {
  const units = network.memory;
  const few = count * observationSize(observation) <= FEW;
  const out = {
    logits: array(new Float32Array(count * actions), [count, actions]),
    values: array(new Float32Array(count)),
    state: units > 0 ? [array(new Float32Array(count * units), [count, units])] : [],
  };
  const forward = compile(
    ((trunk: Tree<Tensor>, head: Tree<Tensor>, sight: Sight) => {
      const features = network.represent(trunk, sight);
      return { ...network.control(head, features), state: units > 0 ? [features] : [] };
    }) as never,
    few ? { ...options, threads: 1 } : options,
  );
  return {
    logits: out.logits.data as Float32Array,
    values: out.values.data as Float32Array,
    state: (out.state[0]?.data ?? new Float32Array(0)) as Float32Array,
    async look({ trunk, control }, glance) {
      await forward.into(out, trunk, control, glance as unknown as Tree<NDArray>);
    },
    dispose: () => forward.dispose(),
  };
}

/**
 * Draws one action a row from the softmax of its logits, by one uniform number each.
 *
 * @param logits [B, A]. @param out [B].
 */
export function sampleActions(logits: Float32Array, random: RandomSource, out: Int32Array): void {
  const width = logits.length / out.length;
  for (let b = 0; b < out.length; b++) {
    const from = b * width;
    let greatest = -Infinity;
    for (let a = 0; a < width; a++) greatest = Math.max(greatest, logits[from + a]!);
    let total = 0;
    for (let a = 0; a < width; a++) total += Math.exp(logits[from + a]! - greatest);
    let left = random.uniform() * total;
    let chosen = 0;
    for (; chosen < width - 1; chosen++) {
      left -= Math.exp(logits[from + chosen]! - greatest);
      if (left < 0) break;
    }
    out[b] = chosen;
  }
}

/** The likeliest action a row, the first among equals. */
export function greedyActions(logits: Float32Array, out: Int32Array): void {
  const width = logits.length / out.length;
  for (let b = 0; b < out.length; b++) {
    let chosen = 0;
    for (let a = 1; a < width; a++) if (logits[b * width + a]! > logits[b * width + chosen]!) chosen = a;
    out[b] = chosen;
  }
}
