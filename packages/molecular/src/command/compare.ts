import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { replaceFile } from "@outrigger/core/train/disk";
import { type Comparison, compare } from "../compare/compare.ts";
import { readMolecules } from "../data/dataset.ts";
import type { Configuration } from "../training/configuration.ts";
import { keptJson } from "../training/kept-json.ts";
import { checkData, checkSame } from "../training/same-options.ts";
import { tableText } from "./train.ts";

/** Where and how a comparison runs. */
export interface CompareSetting {
  /** The folder of finished trainings and of `comparison.json`. */
  readonly out: string;
  readonly seeds: number;
  readonly tries: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Hears what is to be said on the way. */
  readonly say: (text: string) => void;
  readonly progress: (done: number, total: number, what: string) => void;
}

/** The comparison that a folder holds, if it is that of these seeds and tries. */
function finished(
  path: string,
  data: string,
  { out, seeds, tries }: CompareSetting,
  now: Configuration,
): Comparison | null {
  const found = keptJson(path) as Comparison | null;
  if (found === null) return null;
  checkSame(out, found.configuration, now);
  checkData(`${out} holds a comparison`, found.data, basename(data));
  return found.seeds.length === seeds && found.tries === tries ? found : null;
}

/**
 * Compares the arms on a table, or goes on with what the folder holds: finished trainings are not done again, also for more seeds or tries than before.
 *
 * @returns null when stopped by the signal
 * @throws OutriggerError `bad-option` for a folder that holds a comparison with other options or of other data, and as `readMolecules` and `compare`.
 */
export async function compareCommand(
  data: string,
  configuration: Configuration,
  setting: CompareSetting,
): Promise<Comparison | null> {
  const { out, seeds, tries, threads, signal, say, progress } = setting;
  const path = join(out, "comparison.json");
  const before = finished(path, data, setting, configuration);
  if (before) {
    say(`${out} is compared already; --fresh starts anew.`);
    return before;
  }
  const { targets, smiles } = configuration;
  const table = await readMolecules({ path: data }, { targets, ...(smiles !== null && { smiles }) });
  say(tableText(table));
  const comparison = await compare(table, configuration, {
    seeds,
    tries,
    directory: out,
    source: { path: data },
    onProgress: progress,
    onLine: say,
    run: { spinning: false, ...(threads !== undefined && { threads }) },
    ...(signal && { signal }),
  });
  if (comparison === null) {
    say(`Stopped. The same command goes on from here; ${out} is kept.`);
    return null;
  }
  replaceFile(path, [new TextEncoder().encode(`${JSON.stringify(comparison, null, 1)}\n`)]);
  rmSync(join(out, "training"), { recursive: true, force: true });
  return comparison;
}
