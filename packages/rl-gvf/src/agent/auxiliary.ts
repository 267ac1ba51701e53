import type { NDArray, Tree } from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { Rollout, RolloutShape } from "./rollout.ts";

/** What an auxiliary is made for. */
export interface AuxiliarySetting extends RolloutShape {
  /** Width of the features that its head reads. */
  readonly features: number;
  /** Width of what the torso makes of single observations. */
  readonly encoded: number;
  /** Named streams of the run's seed, this auxiliary's own. */
  readonly random: (name: string) => Random;
}

/** What its loss reads, inside a trace. */
export interface Scene {
  /** Of all points in time, [(T + 1) · B, features]. */
  readonly features: Tensor;
  /** One-hot actions of the rows that are learnt from, 0 everywhere where the observation is the last of an episode, [T · B, A]. */
  readonly taken: Tensor;
  /** 0 where the observation is the last of an episode, else 1, [T · B]. */
  readonly alive: Tensor;
  /** What the torso makes of other observations, [N, encoded]; with parameters other than the present ones if they are given. */
  encode(observations: Tensor, trunk?: Tree<Tensor>): Tensor;
}

/** A loss on the features besides policy and value, with a head of its own. */
export interface Auxiliary {
  /** Unique in an agent; part of random streams and checkpoints. */
  readonly name: string;
  /** The parameters of its head. */
  init(random: Random): Tree<NDArray>;
  /** What the loss reads besides the scene: the same arrays at every call, with what this rollout says. */
  feed(rollout: Rollout): Tree<NDArray>;
  /** One loss a row (or a sample of its own), whose mean is the loss. */
  values(head: Tree<Tensor>, scene: Scene, feed: Tree<Tensor>): Tensor1D;
  /** Called with trunk and head as they are before the first update, and after every one. */
  updated?(trunk: Tree<NDArray>, head: Tree<NDArray>): void;
  /** What it remembers from update to update: arrays, and plain JSON. */
  save?(): { readonly arrays: Readonly<Record<string, Float32Array>>; readonly state: unknown };
  load?(saved: { readonly arrays: Readonly<Record<string, Float32Array>>; readonly state: unknown }): void;
}

export type MakeAuxiliary = (setting: AuxiliarySetting) => Auxiliary;
