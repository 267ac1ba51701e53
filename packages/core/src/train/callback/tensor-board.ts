import { platform } from "#platform";
import { diskError } from "../disk.ts";
import { scalarsOf } from "./diagnostic-scalars.ts";
import type { FitCallback } from "./event.ts";
import { decodeEvents, encodeEvent, type ScalarEvent } from "./event-file.ts";

const { fs } = platform;

/**
 * Writes each epoch's losses, weights, cosines and validation metric, and all diagnostics, as scalars that TensorBoard shows; a continued
 * run cuts off what it does again.
 *
 * @param path the event file; TensorBoard looks for names that contain `tfevents`
 * @param now clock in milliseconds since 1970
 * @throws OutriggerError "disk" when the file cannot be written, "bad-file" when a continued run finds a wrong checksum in it
 */
export function tensorBoard(path: string, now: () => number = () => Date.now()): FitCallback {
  const attempt = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      throw diskError(path, error);
    }
  };
  const append = (event: Omit<ScalarEvent, "wall_time">): void =>
    attempt(() => fs.appendFileSync(path, encodeEvent({ wall_time: now() / 1000, ...event })));
  return (event) => {
    if (event.kind === "start") {
      const found = event.resumedAt > 0 && fs.existsSync(path) ? decodeEvents(fs.readFileSync(path)) : [];
      const kept = found.filter(({ event: { step = 0 } }) => step <= event.resumedAt).at(-1)?.end ?? 0;
      attempt(() => (kept > 0 ? fs.truncateSync(path, kept) : fs.writeFileSync(path, "")));
      if (kept === 0) append({ file_version: "brain.Event:2" });
    }
    if (event.kind === "diagnostic") {
      const { record } = event;
      append({ step: record.step, summary: { value: scalarsOf(record) } });
    }
    if (event.kind !== "epoch") return;
    const { losses, weights, cosines, step } = event.record;
    const value = Object.entries({ loss: losses, weight: weights, cosine: cosines }).flatMap(
      ([kind, tasks]) =>
        Object.entries(tasks).flatMap(([name, x]) =>
          x === null ? [] : [{ tag: `${kind}/${name}`, simple_value: x }],
        ),
    );
    append({
      step,
      summary: { value: [...value, { tag: `validation/${event.metric}`, simple_value: event.value }] },
    });
  };
}
