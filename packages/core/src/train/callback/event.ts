import type { DiagnosticRecord } from "../diagnostics/record.ts";
import type { EpochRecord } from "../history.ts";

/** The best epoch so far by the primary's selection metric on validation. */
export interface Best {
  readonly epoch: number;
  readonly value: number;
}

/** Why a run ended. */
export type Stopped = "epochs" | "patience" | "signal";

/** What a run tells whoever watches it. */
export type FitEvent =
  | {
      readonly kind: "start";
      readonly epochs: number;
      /** Steps an epoch. */
      readonly steps: number;
      readonly parameters: number;
      /** Steps already taken by the checkpoint that the run continues. */
      readonly resumedAt: number;
    }
  | {
      readonly kind: "step";
      readonly epoch: number;
      readonly epochs: number;
      /** Steps taken in this epoch, and steps an epoch. */
      readonly done: number;
      readonly steps: number;
      /** The primary's training loss in this step. */
      readonly loss: number;
    }
  | {
      readonly kind: "epoch";
      readonly epochs: number;
      readonly record: EpochRecord;
      /** Name of the selection metric, such as `rmse`. */
      readonly metric: string;
      readonly value: number;
      readonly best: Best;
    }
  | { readonly kind: "diagnostic"; readonly record: DiagnosticRecord }
  | { readonly kind: "end"; readonly stopped: Stopped; readonly best: Best | null };

export type FitCallback = (event: FitEvent) => void;
