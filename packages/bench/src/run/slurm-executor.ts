import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { BenchError } from "../error.ts";
import { writeWhole } from "../results/write-whole.ts";
import { Deferred, type Executor, type Outcome, Stopped } from "./executor.ts";
import { shortHash } from "./hash.ts";
import { limitOf } from "./limit.ts";
import { type Order, orderOf } from "./order.ts";
import { readOutcome } from "./outcome.ts";

export interface SlurmOptions {
  /** Folder of the results, which every node must see. */
  readonly out: string;
  /** Folder that the tasks start in. */
  readonly project: string;
  /** Tasks of the array; default 16. */
  readonly jobs?: number;
  readonly threads?: number;
  readonly attempts?: number;
  readonly limit?: number;
}

/** Where the tasks put how a trial ended: one file each, so that no two ever write to the same. */
export const outcomePath = (out: string, id: string): string => join(out, "slurm", "outcomes", `${id}.json`);

/** Trials named to the person: a night's list would fill the screen. */
const shown = 10;

/**
 * Runs nothing: takes what the tasks of an array have finished, and writes a script for the rest, which a person submits. Each task runs
 * its share of the list, so the same command, again and again, goes on from what is there, through candidates and seeds, to the table.
 */
export function slurmExecutor(options: SlurmOptions): Executor {
  const { out, project, jobs: tasks = 16, threads = 1, attempts = 2, limit } = options;
  const missing: Order[] = [];
  let stopped = false;
  return {
    name: "slurm",
    jobs: 0,
    lines: 1,
    threads,
    async run(trial, on) {
      if (stopped) throw new Stopped();
      const path = outcomePath(out, trial.id);
      if (!existsSync(path)) {
        missing.push(orderOf(trial, { threads, limit: limitOf(trial, limit), attempts }));
        throw new Deferred();
      }
      on.start();
      return { ...outcomeAt(path), stored: () => rmSync(path, { force: true }) };
    },
    stop() {
      stopped = true;
    },
    later() {
      const script = writeArray(missing, { out: resolve(out), project, tasks, threads });
      const names = missing.slice(0, shown).map(describe);
      const rest = missing.length - names.length;
      return [
        `${missing.length} trials are missing:`,
        ...names,
        ...(rest > 0 ? [`  … and ${rest} more`] : []),
        "",
        `  sbatch ${script}`,
        "",
        "submits them; options of your cluster, such as --partition, stand before the file. Wait until its tasks have ended (squeue), then give",
        "the same command again: it takes what they have finished, and lists what is missing then.",
      ].join("\n");
    },
  };
}

/** @throws BenchError "bad-results" when the file holds no outcome. */
function outcomeAt(path: string): Outcome {
  try {
    return readOutcome(readFileSync(path, "utf8"));
  } catch (error) {
    throw new BenchError(
      "bad-results",
      `${path}: ${(error as Error).message} Remove this file, and the trial is run again.`,
      error,
    );
  }
}

const describe = ({ benchmark, group, method, options, seed }: Order): string =>
  `  ${[benchmark, group, method].filter((part) => part !== "").join(" ")} ${JSON.stringify(options)}, seed ${seed}`;

interface ArrayHow {
  readonly out: string;
  readonly project: string;
  readonly tasks: number;
  readonly threads: number;
}

/** Writes list and script, named after what is in the list: an array that still waits keeps its own. */
function writeArray(orders: readonly Order[], { out, project, tasks, threads }: ArrayHow): string {
  const folder = join(out, "slurm");
  mkdirSync(join(folder, "outcomes"), { recursive: true });
  const lines = orders.map((order) => `${JSON.stringify(order)}\n`).join("");
  const name = shortHash(lines).slice(0, 8);
  const list = join(folder, `trials-${name}.jsonl`);
  const script = join(folder, `array-${name}.sh`);
  const count = Math.min(tasks, orders.length);
  const data = process.env.OUTRIGGER_DATA;
  const command = [process.execPath, realpathSync(process.argv[1] ?? ""), "slurm-task", list].map(quoted);
  writeWhole(list, lines);
  writeWhole(
    script,
    `#!/bin/bash
#SBATCH --job-name=outrigger
#SBATCH --array=0-${count - 1}
#SBATCH --cpus-per-task=${threads}
#SBATCH --output=${join(folder, "%A_%a.log").replaceAll(" ", "\\ ")}
# ${orders.length} trials; task k runs lines k, k + ${count}, k + ${2 * count} … of the list. A trial that is finished is not run again.
set -e
cd ${quoted(project)}
${data ? `export OUTRIGGER_DATA=${quoted(data)}\n` : ""}exec ${command.join(" ")} --out ${quoted(out)} --task "$SLURM_ARRAY_TASK_ID" --of ${count}
`,
  );
  chmodSync(script, 0o755);
  return script;
}

/** A word for the shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
