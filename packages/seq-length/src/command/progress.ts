import type { FitCallback } from "@outrigger/core";

/** Where progress is written; `process.stderr` is one. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

/**
 * Tells how a training goes: on a terminal one line that is redrawn, elsewhere a plain line every twentieth of the steps. It names the loss of the
 * main task (a running mean over the steps that had one), steps a second and the time left.
 *
 * @param now clock in milliseconds.
 */
export function trainingProgress(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): FitCallback {
  const redraws = stream.isTTY === true;
  let [began, resumedAt, drawn] = [now(), 0, Number.NEGATIVE_INFINITY];
  let loss: number | undefined;
  return (event) => {
    if (event.kind === "start") {
      [began, resumedAt] = [now(), event.resumedAt];
      if (resumedAt > 0 && resumedAt < event.steps) stream.write(`continued after step ${resumedAt}\n`);
    }
    if (event.kind === "end" && redraws && loss !== undefined) stream.write("\n");
    if (event.kind !== "step") return;
    const { done, steps } = event;
    // A step of an auxiliary alone has no loss of the main task.
    if (event.loss > 0) loss = loss === undefined ? event.loss : loss + 0.05 * (event.loss - loss);
    const due = redraws
      ? now() - drawn >= 100 || done === steps
      : done % Math.ceil(steps / 20) === 0 || done === steps;
    if (!due) return;
    drawn = now();
    const rate = (done - resumedAt) / Math.max(1e-9, (now() - began) / 1000);
    const parts = [
      `step ${done}/${steps}`,
      `loss ${loss === undefined ? "–" : loss.toPrecision(3)}`,
      `${rate.toPrecision(3)} steps/s`,
      ...(done < steps ? [`${duration((steps - done) / rate)} left`] : []),
    ];
    if (!redraws) {
      stream.write(`${parts.join(", ")}\n`);
      return;
    }
    const share = done / steps;
    const bar = "█".repeat(Math.round(24 * share)).padEnd(24, "░");
    const text = `${bar} ${Math.floor(100 * share)} %, ${parts.join(", ")}`;
    stream.write(`\r\u001b[K${text.slice(0, (stream.columns ?? 120) - 1)}`);
  };
}
