import type { FitCallback } from "../callback/event.ts";
import type { JsonLines } from "../callback/json-lines.ts";
import type { StepReport } from "../driver.ts";
import type { EpochRecord } from "../history.ts";
import { affinityRecord, type DiagnosticRecord, gradientRecord } from "./record.ts";
import type { Comparison } from "./transfer.ts";

interface DiaryOptions {
  /** Of the tasks. */
  readonly names: readonly string[];
  /** Whether the method's weights are what multiplies the gradients. */
  readonly weighs: boolean;
  readonly comparison: Comparison | undefined;
  readonly lines: JsonLines | undefined;
  readonly notify: FitCallback;
}

/** Turns what the steps saw into records, and hands them on. */
export class Diary {
  readonly #options: DiaryOptions;

  constructor(options: DiaryOptions) {
    this.#options = options;
  }

  step({ watched, weights }: StepReport, epoch: number): void {
    if (watched === undefined) return;
    const { names, weighs } = this.#options;
    const when = { step: watched.step + 1, epoch };
    const { gram, affinity } = watched;
    if (gram !== undefined) this.#write(gradientRecord(names, when, { gram, weights, weighs }));
    if (affinity !== undefined) this.#write(affinityRecord(names, when, affinity));
  }

  epoch(record: EpochRecord, last: boolean): void {
    const found = this.#options.comparison?.epoch(record, last);
    if (found) this.#write(found);
  }

  #write(record: DiagnosticRecord): void {
    this.#options.lines?.write(record);
    this.#options.notify({ kind: "diagnostic", record });
  }
}
