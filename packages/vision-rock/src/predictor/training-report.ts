import type { Evaluation } from "@outrigger/core/train/evaluate";
import type { CategoryRow } from "../evaluate/summary.ts";
import type { Configuration } from "../train/configuration.ts";

/** What was asked for besides the configuration: with it, everything that decides a training. */
export interface TrainingRun {
  /** Data sets as `namedSources` reads them. */
  readonly data: readonly string[];
  /** null: every tenth boxed picture of `data`, which then is not trained on. */
  readonly validation: readonly string[] | null;
  readonly test: readonly string[] | null;
  /** A file with a ResNet-50's weights that the backbone begins with; null: drawn. */
  readonly weights: string | null;
  readonly method: string;
  readonly seed: number;
}

/** What is in a set of pictures. */
export interface SetFacts {
  readonly pictures: number;
  /** Pictures with an annotation of the kind. */
  readonly annotated: Readonly<Record<"detection" | "scene" | "depth" | "normals", number>>;
  /** Objects by class. */
  readonly objects: readonly number[];
}

/** One look at the validation pictures during training. */
export interface Look {
  readonly iteration: number;
  /** Training losses by task since the look before; null of a task without a label. */
  readonly losses: Readonly<Record<string, number | null>>;
  readonly metrics: Evaluation;
}

/** How good a detector is on a set. Metrics by task and name: detection in per cent, the others in their own units. */
export interface SetScores {
  readonly metrics: Evaluation;
  readonly byClass: readonly CategoryRow[];
}

/** How a training went, and how good its detector is. Plain JSON. */
export interface TrainingReport {
  readonly run: TrainingRun;
  /** The configuration that was asked for; the record's own lacks auxiliaries that no picture had labels of. */
  readonly asked: Configuration;
  readonly sets: { readonly train: SetFacts; readonly validation: SetFacts; readonly test?: SetFacts };
  readonly looks: readonly Look[];
  /** The look that was kept, from 0, and its AP on validation in per cent. */
  readonly best: { readonly look: number; readonly ap: number };
  /** On validation the numbers are a little too good, for the look was chosen by them; on test they are not. */
  readonly scores: { readonly validation: SetScores; readonly test?: SetScores };
}
