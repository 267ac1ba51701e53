import type { Tier } from "@outrigger/bench/benchmark";

/** Where a trial computes: options of `fit`, and what a row says of it. */
export interface Place {
  readonly options: { readonly runtime?: "tfjs"; readonly device?: "cpu" };
  readonly runtime: string;
}

/**
 * Tier `smoke` computes on tfjs's `cpu` backend, in plain JavaScript: slow, and the same numbers on every machine, so that its committed rows
 * can be checked to 1e-6. The other tiers take what is fast, whose numbers depend on the processor.
 */
export const placeOf = (tier: Tier): Place =>
  tier === "smoke"
    ? { options: { runtime: "tfjs", device: "cpu" }, runtime: "tfjs/cpu" }
    : { options: {}, runtime: "onnx/cpu" };
