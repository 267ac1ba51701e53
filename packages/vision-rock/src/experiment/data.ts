import type { TrialResult } from "@outrigger/bench/benchmark";
import type { CompactSample } from "../batch/compact-sample.ts";

/** What a trial trains on, selects with, and is tested on. */
export interface Data {
  readonly classes: readonly string[];
  readonly scenes: readonly string[];
  /** With boxes, then those without. */
  readonly train: readonly CompactSample[];
  readonly validation: readonly CompactSample[];
  readonly test: readonly CompactSample[];
  /** The test rooms in light that training rooms never have; none where there is no such thing. */
  readonly shifted: readonly CompactSample[] | null;
  /** The files that were read. */
  readonly datasets?: TrialResult["datasets"];
}
