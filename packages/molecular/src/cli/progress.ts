import { short } from "@outrigger/core/command/text-table";
import type { FitCallback } from "@outrigger/core/train/callback/event";
import { type ProgressStream, progressBar } from "@outrigger/core/train/callback/progress";
import type { TrainingEvent } from "../training/train-predictor.ts";

/** One line a trained model. */
function memberLine(which: string, stream: ProgressStream): FitCallback {
  let [metric, epochs, resumed] = ["", 0, false];
  return (event): void => {
    if (event.kind === "start") resumed = event.resumedAt > 0;
    if (event.kind === "epoch") [metric, epochs] = [event.metric, event.record.epoch + 1];
    if (event.kind !== "end" || event.best === null) return;
    const at = `best on validation in epoch ${event.best.epoch + 1}`;
    // A model that was finished before ends without an epoch, and its metric is not told again.
    const how =
      metric === ""
        ? `was trained before, ${at}`
        : `${resumed ? "continued, " : ""}${epochs} epochs, ${at}: ${metric} ${short(event.best.value)}`;
    stream.write(`${which === "" ? "" : `${which}: `}${how}\n`);
  };
}

/**
 * Tells how a training goes: on a terminal a bar that is redrawn for every model, and a line when it is done; elsewhere the lines alone.
 * Facts about the data are always told.
 */
export function trainingProgress(
  say: (text: string) => void,
  stream: ProgressStream = process.stderr,
): (event: TrainingEvent) => void {
  const terminal = stream.isTTY === true;
  let listeners: { readonly which: string; readonly listen: readonly FitCallback[] } | undefined;
  let drawn = 0;
  return (event) => {
    if (event.kind === "said") say(event.text);
    if (event.kind === "features" && terminal && (Date.now() - drawn > 100 || event.done === event.total)) {
      drawn = Date.now();
      stream.write(
        `\r\u001b[K${event.done === event.total ? "" : `${event.what}: ${event.done} of ${event.total}`}`,
      );
    }
    if (event.kind !== "fit") return;
    const { member, members, stage } = event;
    const which = [
      ...(members > 1 ? [`model ${member} of ${members}`] : []),
      ...(stage.stages > 1 ? [stage.name] : []),
    ].join(", ");
    // Models without a name are the only one.
    if (listeners?.which !== which) {
      const prefix = which === "" ? "" : `${which} `;
      const labelled = {
        columns: (stream.columns ?? 120) - prefix.length,
        write: (text: string) =>
          stream.write(text === "\n" ? "\r\u001b[K" : text.replace("\r\u001b[K", `\r\u001b[K${prefix}`)),
      };
      listeners = {
        which,
        listen: [...(terminal ? [progressBar(labelled)] : []), memberLine(which, stream)],
      };
    }
    for (const listen of listeners.listen) listen(event.event);
  };
}
