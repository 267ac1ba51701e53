import { Listr } from "listr2";
import { type Logger, pino } from "pino";
import { describeOptions } from "../results/summary.ts";
import type { TrialSpec } from "../run/plan.ts";
import type { Observer } from "../run/session.ts";
import { Tally } from "./tally.ts";

/** An observer that must be told when all is over, so that the terminal is left in order. */
export type Display = Observer & { close(): Promise<void> };

/** "molecular/esol gin pcgrad, scale=0.1, seed 0" */
export function describeTrial(
  trial: Pick<TrialSpec, "group" | "method" | "candidate" | "seed">,
  benchmark: string,
): string {
  const row = [benchmark, trial.group, trial.method].filter((part) => part !== "").join(" ");
  const options = describeOptions(trial.candidate?.options ?? {});
  return [row, ...(options ? [options] : []), `seed ${trial.seed}`].join(", ");
}

/** What is said of an attempt that was lost: the first line of why. */
const describeLoss = (why: string, tried: number): string =>
  `attempt ${tried} was lost: ${why.split("\n")[0] ?? ""} It is started anew.`;

/** One line a finished trial: for logs and pipes. Test metrics are not printed: nobody is to choose by them. */
export function plainDisplay(write: (line: string) => void): Display {
  const tally = new Tally();
  return {
    begin(trials) {
      tally.total = trials;
    },
    remark: write,
    start: () => tally.start(),
    progress() {},
    lost(trial, why, tried) {
      write(`${describeTrial(trial, trial.found.benchmark.name)}: ${describeLoss(why, tried)}`);
    },
    end(trial, row, reused) {
      tally.end(row, reused);
      if (reused) return;
      const { name } = trial.found.benchmark.metric;
      const value = row.metrics[`validation/${name}`];
      const took = `${row.provenance.seconds.toFixed(1)} s`;
      const outcome =
        row.status === "failed"
          ? "FAILED"
          : `validation/${name} ${value === null || value === undefined ? "–" : value.toPrecision(4)}`;
      const count = `[${String(tally.ended).padStart(String(tally.total).length)}/${tally.total}]`;
      const parts = [outcome, took, tally.left()].filter((part) => part !== "");
      write(`${count} ${describeTrial(trial, trial.found.benchmark.name)}: ${parts.join(", ")}`);
    },
    dropped(trials) {
      tally.total -= trials;
    },
    async close() {
      if (tally.reused > 0) write(`${tally.reused} trials were finished before and were not run again.`);
    },
  };
}

/** A bar with the time left and one line a running trial, for a terminal; hundreds of trials never take more lines than `slots`. */
export function terminalDisplay(slots: number): Display {
  const tally = new Tally();
  const count = Math.min(slots, 12);
  const idle = "waiting";
  const titles: { title?: string }[] = Array.from({ length: count }, () => ({ title: idle }));
  const places = new Map<string, number>();
  let head: { title?: string } = {};
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const list = new Listr(
    [
      {
        title: "trials",
        task: (_, task) => {
          head = task;
          const lines = titles.map((_, slot) => ({
            title: idle,
            task: (_: unknown, line: { title?: string }) => {
              line.title = titles[slot]?.title ?? idle;
              titles[slot] = line;
              return finished;
            },
          }));
          return task.newListr(lines, { concurrent: true });
        },
      },
    ],
    { registerSignalListeners: false, rendererOptions: { collapseSubtasks: true } },
  );
  const shown = list.run();
  const remarks: string[] = [];
  let news = "";
  const headline = () => [tally.bar(), ...(news ? [news] : [])].join(" · ");
  /** A trial can start before the row of the one that had its place is written: it takes the place when it next has something to say. */
  const place = (trial: TrialSpec): number => {
    const own = places.get(trial.id);
    if (own !== undefined) return own;
    const taken = new Set(places.values());
    const free = titles.findIndex((_, slot) => !taken.has(slot));
    if (free >= 0) places.set(trial.id, free);
    return free;
  };
  const show = (trial: TrialSpec, text: string) => {
    const line = titles[place(trial)];
    if (line) line.title = text;
  };
  return {
    begin(trials) {
      tally.total = trials;
      head.title = headline();
    },
    remark(text) {
      remarks.push(text);
      news = text;
      head.title = headline();
    },
    start(trial) {
      news = "";
      tally.start();
      head.title = headline();
      show(trial, describeTrial(trial, trial.found.benchmark.name));
    },
    progress(trial, fraction, note) {
      const done = `${Math.round(100 * fraction)} %`;
      const text = describeTrial(trial, trial.found.benchmark.name);
      show(trial, [text, done, ...(note ? [note] : [])].join(" · "));
    },
    lost(trial, why, tried) {
      const text = describeTrial(trial, trial.found.benchmark.name);
      show(trial, `${text} · ${describeLoss(why, tried)}`);
    },
    end(trial, row, reused) {
      if (places.has(trial.id)) show(trial, idle);
      places.delete(trial.id);
      tally.end(row, reused);
      head.title = headline();
    },
    dropped(trials) {
      tally.total -= trials;
    },
    async close() {
      finish();
      await shown;
      for (const text of remarks) process.stderr.write(`${text}\n`);
    },
  };
}

/**
 * Tells everything to a log file too, one JSON line an event; a failed trial with all that is known of it. A log that cannot be written is
 * left alone after a remark: the rows are what a run is for, and an error of theirs says what is wrong with the disk.
 */
export function logged(display: Display, path: string): Display {
  const log = openLog(path, (error) =>
    display.remark(`${path} cannot be written: ${error.message}. The run goes on without it.`),
  );
  return {
    ...display,
    begin(trials) {
      log.info({ trials }, "run begins");
      display.begin(trials);
    },
    remark(text) {
      log.warn(text);
      display.remark(text);
    },
    lost(trial, why, tried) {
      log.warn({ id: trial.id, tried, error: why }, describeTrial(trial, trial.found.benchmark.name));
      display.lost(trial, why, tried);
    },
    end(trial, row, reused) {
      if (!reused) {
        const { id, status, error, provenance } = row;
        const entry = { id, seconds: provenance.seconds, error };
        log[status === "failed" ? "error" : "info"](entry, describeTrial(trial, row.benchmark));
      }
      display.end(trial, row, reused);
    },
    async close() {
      log.info("run ends");
      await display.close();
    },
  };
}

/** A log that is silent from its first error on, of which it tells. */
function openLog(path: string, trouble: (error: Error) => void): Logger {
  try {
    const destination = pino.destination({ dest: path, sync: true, mkdir: true });
    const log = pino({ base: null }, destination);
    destination.once("error", (error: Error) => {
      log.level = "silent";
      // Else it tries once more, and throws, when the process ends.
      destination.destroy();
      trouble(error);
    });
    return log;
  } catch (error) {
    trouble(error as Error);
    return pino({ level: "silent" });
  }
}
