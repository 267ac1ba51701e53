import { once } from "node:events";
import { createWriteStream, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Writable } from "node:stream";
import { OutriggerError } from "@outrigger/core/error";
import { smilesColumn } from "../data/columns.ts";
import type {
  PredictedMolecule,
  PredictOptions,
  Predictor,
  TargetPrediction,
} from "../predictor/predictor.ts";
import type { TargetRecord } from "../predictor/record.ts";
import { type Row, rowsOf } from "../predictor/rows.ts";

export interface PredictSetting extends PredictOptions {
  /** Where predictions are written; null: to standard output. */
  readonly out: string | null;
  /** Column with SMILES strings; default: that of the training data, or the first of the usual names. */
  readonly smiles?: string;
  /** Rows a chunk: what is held at a time. Default 1000. */
  readonly chunk?: number;
  readonly onProgress?: (rows: number) => void;
}

/** What became of the rows. */
export interface PredictSummary {
  readonly rows: number;
  /** Rows without a prediction. */
  readonly invalid: number;
  /** The first of them. */
  readonly problems: readonly { readonly row: number; readonly value: string; readonly reason: string }[];
}

const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const lineOf = (cells: readonly string[]): string => `${cells.map(quoted).join(",")}\n`;
/** Six digits: more than any model is good for, and equal numbers stay equal. Blank where there is none. */
const number = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? ""
    : String(Number(value.toPrecision(6)));

/** Names of the columns that predicting adds; a name that the table has gets "predicted" before it. */
function columnsOf(targets: readonly TargetRecord[], header: readonly string[], dropout: boolean): string[] {
  const added = targets.flatMap(({ name, kind }) => [
    name,
    `${name}_sd`,
    ...(dropout ? [`${name}_dropout_sd`] : []),
    ...(kind === "regression" ? [`${name}_low`, `${name}_high`] : [`${name}_set`]),
  ]);
  const all = [...added, "nearest_similarity", "nearest_molecule", "scaffold_seen", "problem"];
  return all.map((name) => (header.includes(name) ? `predicted_${name}` : name));
}

function cellsOf(prediction: TargetPrediction, dropout: boolean): string[] {
  const { value, sd, dropoutSd } = prediction;
  return [
    number(value),
    number(sd),
    ...(dropout ? [number(dropoutSd)] : []),
    ...(prediction.kind === "regression"
      ? [number(prediction.low), number(prediction.high)]
      : [prediction.set.length === 0 ? "none" : prediction.set.join(" or ")]),
  ];
}

function addedCells(found: PredictedMolecule, targets: readonly TargetRecord[], dropout: boolean): string[] {
  if (!found.ok) {
    const width = ({ kind }: TargetRecord): number => (kind === "regression" ? 4 : 3) + Number(dropout);
    const blanks = targets.flatMap((target) => new Array<string>(width(target)).fill(""));
    return [...blanks, "", "", "", found.problem.reason];
  }
  const { similarity, nearestSmiles, scaffoldSeen } = found.domain;
  const seen = scaffoldSeen === null ? "no rings" : scaffoldSeen ? "yes" : "no";
  return [
    ...targets.flatMap(({ name }) => cellsOf(found.targets[name]!, dropout)),
    similarity.toFixed(3),
    nearestSmiles,
    seen,
    "",
  ];
}

function unwritten(out: string | null, error: unknown): OutriggerError {
  const { message } = error as Error;
  const said = `Could not write ${out ?? "to standard output"}: ${message}.`;
  const cure = out === null ? "" : " Choose another --out, or make room for it.";
  return new OutriggerError("disk", `${said}${cure}`, { path: out }, error);
}

/**
 * Standard output, or a file that gets its name when it is whole.
 *
 * @throws OutriggerError `bad-option` for a folder, before anything is computed for it, and `disk`
 */
function sink(out: string | null): { stream: Writable; close: () => Promise<void>; drop: () => void } {
  if (out === null) return { stream: process.stdout, close: async () => undefined, drop: () => undefined };
  let isFolder: boolean;
  try {
    isFolder = statSync(out, { throwIfNoEntry: false })?.isDirectory() ?? false;
    mkdirSync(dirname(out), { recursive: true });
  } catch (error) {
    throw unwritten(out, error);
  }
  if (isFolder)
    throw new OutriggerError("bad-option", `${out} is a folder: name a file in it with --out.`, {
      path: out,
    });
  const part = `${out}.part`;
  const stream = createWriteStream(part);
  return {
    stream,
    async close() {
      try {
        stream.end();
        await once(stream, "close");
        renameSync(part, out);
      } catch (error) {
        throw unwritten(out, error);
      }
    },
    drop() {
      stream.destroy();
      try {
        rmSync(part, { force: true });
      } catch {
        // What failed first is what must be reported.
      }
    },
  };
}

/**
 * Predicts a table row by row: all its columns, then value, standard deviation of the ensemble and interval (or set of classes) of every target,
 * the nearest training molecule with its similarity, and whether the scaffold was seen. Rows without a molecule stay, with the reason. Memory
 * does not grow with the rows.
 *
 * @throws OutriggerError as `rowsOf`, `bad-data` for a missing column, `bad-option` for an `out` that is a folder, `disk`.
 */
export async function predictTable(
  predictor: Predictor,
  path: string,
  setting: PredictSetting,
): Promise<PredictSummary> {
  const { out, smiles, chunk = 1000, onProgress, ...options } = setting;
  const { targets, configuration } = predictor.record;
  const { header, rows } = await rowsOf(path);
  const trained = configuration.smiles !== null && header.includes(configuration.smiles);
  const wanted = smiles ?? (trained ? configuration.smiles! : undefined);
  const place = header.indexOf(smilesColumn(path, header, wanted));
  const dropout = options.dropoutPasses !== undefined;
  const problems: { row: number; value: string; reason: string }[] = [];
  let [count, invalid] = [0, 0];
  const { stream, close, drop } = sink(out);
  let failed: NodeJS.ErrnoException | undefined;
  const fail = (error: NodeJS.ErrnoException): void => {
    failed = error;
  };
  stream.on("error", fail);
  /** Whoever reads from a pipe, such as head, may have had enough. */
  const enough = (): boolean => out === null && failed?.code === "EPIPE";
  const check = (): void => {
    if (failed === undefined || enough()) return;
    throw unwritten(out, failed);
  };
  const write = async (text: string): Promise<void> => {
    check();
    if (enough() || stream.write(text)) return;
    // An error ends the wait as well, and is seen by the next check.
    await once(stream, "drain").catch(() => undefined);
  };
  const flush = async (waiting: readonly Row[]): Promise<void> => {
    const found = await predictor.predict(
      waiting.map(({ cells }) => cells[place] ?? ""),
      options,
    );
    const lines = waiting.map(({ line, cells }, i) => {
      const one = found[i]!;
      if (!one.ok) {
        invalid++;
        if (problems.length < 5)
          problems.push({ row: line, value: one.smiles.slice(0, 80), reason: one.problem.reason });
      }
      const own = header.map((_, c) => cells[c] ?? "");
      return lineOf([...own, ...addedCells(one, targets, dropout)]);
    });
    count += waiting.length;
    await write(lines.join(""));
    onProgress?.(count);
  };
  try {
    await write(lineOf([...header, ...columnsOf(targets, header, dropout)]));
    let waiting: Row[] = [];
    for await (const row of rows) {
      waiting.push(row);
      if (waiting.length < chunk) continue;
      await flush(waiting);
      waiting = [];
      if (enough()) break;
    }
    if (waiting.length > 0) await flush(waiting);
    check();
    await close();
  } catch (error) {
    drop();
    throw error;
  } finally {
    // Standard output outlives this table; a file that was dropped may still fail, and nobody else would listen.
    if (out === null && !enough()) stream.off("error", fail);
  }
  return { rows: count, invalid, problems };
}
