import { platform } from "#platform";
import type { EpochRecord } from "../history.ts";
import type { FitCallback, FitEvent } from "./event.ts";

/** Where progress is written; `process.stderr` is one. In a page the console is the default. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const short = (value: number): string => value.toPrecision(4);

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes === 0 ? `${rest} s` : `${minutes} min ${rest} s`;
}

/** What was not finite and was passed over, for the end of a line. */
function passedOver({ skipped, dropped }: EpochRecord): string {
  const tasks = Object.entries(dropped).filter(([, steps]) => steps > 0);
  const said = tasks.map(([name, steps]) => `${name} left out of ${steps} steps`);
  if (skipped > 0) said.unshift(`${skipped} steps skipped`);
  return said.length === 0 ? "" : `; not finite: ${said.join(", ")}`;
}

/** What a diagnosis has to say to people. */
const messageOf = (event: FitEvent): string | null =>
  event.kind === "diagnostic" && event.record.kind === "transfer" ? event.record.message : null;

/** One plain line an epoch, for files and continuous integration. */
export function progressLines(stream: ProgressStream = platform.progress): FitCallback {
  return (event) => {
    if (event.kind === "start" && event.resumedAt > 0)
      stream.write(`continued after step ${event.resumedAt}\n`);
    if (event.kind === "epoch") {
      const { record, epochs, metric, value, best } = event;
      const mark = best.epoch === record.epoch ? " (best)" : "";
      const passed = passedOver(record);
      stream.write(
        `epoch ${record.epoch + 1}/${epochs}: validation ${metric} ${short(value)}${mark}${passed}\n`,
      );
    }
    const said = messageOf(event);
    if (said !== null) stream.write(`${said}\n`);
    if (event.kind === "end" && event.best !== null) {
      stream.write(
        `stopped by ${event.stopped}; best epoch ${event.best.epoch + 1}: ${short(event.best.value)}\n`,
      );
    }
  };
}

/**
 * A bar that is redrawn in place, with time left, training loss and validation metric; for terminals.
 *
 * @param now clock in milliseconds.
 */
export function progressBar(
  stream: ProgressStream = platform.progress,
  now: () => number = () => performance.now(),
): FitCallback {
  const width = 24;
  let began = now();
  let first: number | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  let metric = "";
  return (event) => {
    if (event.kind === "start") [began, first] = [now(), undefined];
    if (event.kind === "epoch") {
      const passed = passedOver(event.record);
      if (passed !== "") stream.write(`\r\u001b[Kepoch ${event.record.epoch + 1}${passed}\n`);
      metric = `, ${event.metric} ${short(event.value)} (best ${short(event.best.value)})`;
    }
    const said = messageOf(event);
    if (said !== null) stream.write(`\r\u001b[K${said}\n`);
    if (event.kind === "end") stream.write("\n");
    if (event.kind !== "step") return;
    const { epoch, epochs, done, steps, loss } = event;
    const share = (epoch + done / steps) / epochs;
    first ??= share - 1 / (steps * epochs);
    // A terminal shows no more than some ten pictures a second worth reading.
    if (now() - drawn < 100 && done < steps) return;
    drawn = now();
    const left = ((now() - began) / 1000) * ((1 - share) / (share - first));
    const bar = "█".repeat(Math.round(share * width)).padEnd(width, "░");
    const text = `${bar} ${Math.floor(share * 100)} %, epoch ${epoch + 1}/${epochs}, loss ${short(loss)}${metric}, at most ${duration(left)} left`;
    stream.write(`\r\u001b[K${text.slice(0, (stream.columns ?? 120) - 1)}`);
  };
}

/** The bar on a terminal, plain lines elsewhere. */
export const progress = (stream: ProgressStream = platform.progress): FitCallback =>
  stream.isTTY === true ? progressBar(stream) : progressLines(stream);
