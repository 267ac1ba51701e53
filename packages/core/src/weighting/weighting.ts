import type { Random } from "../random.ts";

/** What a rule sees of one training step. T is the number of tasks. */
export interface View {
  /** Training step, from 0. */
  readonly step: number;
  /** Pass over the training data, from 0. */
  readonly epoch: number;
  /** One loss a task; empty where the rule needed "nothing" and is asked before the losses exist. */
  readonly losses: readonly number[];
  /** Index of the primary task. */
  readonly primary: number;
  /** T × T inner products of the task gradients with respect to the shared parameters, in float64. */
  readonly gram?: readonly (readonly number[])[];
  /** Inner products of a held-out primary gradient with the T task gradients, and its norm. */
  readonly dev?: { readonly dots: readonly number[]; readonly norm: number };
  /** T × T inner products of the task gradients on this batch (rows) with those on an independent training batch (columns). */
  readonly gramOther?: readonly (readonly number[])[];
}

/**
 * What must be computed before a rule can be asked. "nothing": the weights follow from its state alone, so that the whole step
 * is one native call; "losses": one forward pass more; "gram": T backward passes; "gram+dev": a held-out batch besides;
 * "gram+other": T backward passes on a second training batch besides.
 */
export type Needs = "nothing" | "losses" | "gram" | "gram+dev" | "gram+other";

/**
 * Whose gradients a rule is shown, and what its weights are for. "trunk": those of all shared parameters. "layers": the rule is asked once
 * a layer of the trunk, with the products of that layer's gradients and a state of its own there, and its weights are that layer's.
 * "representation": gradients with respect to what the trunk hands to the heads.
 */
export type Place = "trunk" | "layers" | "representation";

/**
 * What the numbers of a rule were compared with: "reference" values computed independently and checked against the authors' or
 * LibMTL's code, values made with "torchjd" or "libmtl", or nothing but our "own reading" of the paper. "definition": there is
 * nothing to get wrong, or the rule is ours.
 */
export type Verified = "reference" | "torchjd" | "libmtl" | "own reading" | "definition";

/** Where a rule was published. */
export interface Paper {
  readonly title: string;
  readonly venue: string;
  readonly year: number;
  readonly url: string;
}

/**
 * A weighting rule: task losses or the Gram matrix of task gradients in, T weights out. The trunk is updated with Σ_k w_k g_k and
 * the head of task k with w_k times its own gradient. A rule is a value; everything that it remembers is in its state.
 */
export interface Weighting<S = unknown> {
  /** Short name for tables. */
  readonly name: string;
  /** Null for rules that nobody published. */
  readonly paper: Paper | null;
  /**
   * What its numbers were compared with. A wrapper around one rule, such as `normalized`, may keep what that was checked against; absent for
   * combinations of rules.
   */
  readonly verified?: Verified;
  /** Whose gradients it is shown; `perLayer` and `representation` set it. Default "trunk". */
  readonly place?: Place;
  /**
   * That its equations hold for gradients with respect to the shared representation too. Without it they are about gradients of parameters,
   * and `representation` refuses the rule. A rule that looks at no gradients says it, so as not to bar a combination.
   */
  readonly atRepresentation?: true;
  /** What this step's `weigh` will look at; a step where it says "nothing" costs no more than fixed weights. */
  needs(state: S, step: number): Needs;
  /** The state before the first step; plain JSON, as every later state. */
  init(tasks: number, primary: number): S;
  /** Pure: neither the view nor the state is changed; random numbers come from `random` only. */
  weigh(view: View, state: S, random: Random): { weights: number[]; state: S };
  /** Called after every step with that step's losses, for rules that learn from them. Pure. */
  observe?(view: View, state: S): S;
  /**
   * Which losses `observe` is shown: those "before" the update (the default, at no cost), or those of the same batch "after" it,
   * one forward pass more.
   */
  readonly observes?: "before" | "after";
}
