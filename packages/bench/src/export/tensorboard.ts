import { join } from "node:path";
import { fromCore } from "../command/core.ts";
import { BenchError } from "../error.ts";
import type { Row } from "../results/row.ts";
import { writeWhole } from "../results/write-whole.ts";
import type { ExportedTrial } from "./trial.ts";

/**
 * Writes an event file a trial, in a folder BENCHMARK/TIER/GROUP/METHOD/seed-N-ID of its own, which TensorBoard shows as a run. Curves are
 * scalars, with the epoch as step; the metrics stand at the last epoch under "final/". All events have the time at which the trial
 * started, for the times of its epochs are not kept. Exporting again replaces the same files. Of names that others gave, folders have
 * letters, digits, "_", "." and "-", and "_" for all else.
 *
 * @returns how many files were written. @throws BenchError "missing-package" without `@outrigger/core`, which has the format; "bad-results"
 *   for a row that is called "." or ".."; "disk".
 */
export async function writeTensorBoard(trials: readonly ExportedTrial[], folder: string): Promise<number> {
  const { encodeEvent } = await fromCore(() => import("@outrigger/core/train/callback/event-file"));
  for (const { row, metrics } of trials) {
    const wall_time = Date.parse(row.provenance.startedAt) / 1000;
    const scalars = Object.entries(row.curves ?? {});
    const length = Math.max(0, ...scalars.map(([, values]) => values.length));
    const final = Object.entries(metrics).map(([key, value]) => [`final/${key}`, value] as const);
    const steps = Array.from({ length: Math.max(1, length) }, (_, step) => [
      ...scalars.map(([tag, values]) => [tag, values[step] ?? null] as const),
      ...(step === Math.max(0, length - 1) ? final : []),
    ]);
    const events = steps.flatMap((tags, step) => {
      const value = tags.flatMap(([tag, x]) => (x === null ? [] : [{ tag, simple_value: x }]));
      return value.length > 0 ? [encodeEvent({ wall_time, step, summary: { value } })] : [];
    });
    const head = encodeEvent({ wall_time, file_version: "brain.Event:2" });
    const name = `events.out.tfevents.${Math.floor(wall_time)}.outrigger`;
    writeWhole(join(folder, ...placeOf(row), name), Buffer.concat([head, ...events]));
  }
  return trials.length;
}

/** The folders of a trial: rows may come from anywhere, and none of them may lead out. */
function placeOf({ benchmark, tier, group, method, seed, id }: Row): string[] {
  const names = [...benchmark.split("/"), tier, ...(group ? [group] : []), method, `seed-${seed}-${id}`];
  const wrong = names.find((name) => name === "." || name === "..");
  if (wrong !== undefined)
    throw new BenchError(
      "bad-results",
      `Trial ${id} cannot be exported, for a name of it cannot be the name of a folder: "${wrong}".`,
    );
  return names.map((name) => name.replaceAll(/[^\w.-]/g, "_"));
}
