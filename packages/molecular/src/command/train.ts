import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { percent, short, textTable } from "@outrigger/core/command/text-table";
import { replaceFile } from "@outrigger/core/train/disk";
import { type MoleculeTable, readMolecules } from "../data/dataset.ts";
import { readRecord, writePredictor } from "../predictor/folder.ts";
import { makePredictor } from "../predictor/predictor.ts";
import type { PredictorRecord } from "../predictor/record.ts";
import { selectionWords } from "../training/auxiliaries.ts";
import type { Configuration } from "../training/configuration.ts";
import { keptJson } from "../training/kept-json.ts";
import { coveragePromise, coverageVerdict, type TargetReport } from "../training/report.ts";
import { checkData, checkSame } from "../training/same-options.ts";
import { type TrainingEvent, trainPredictor } from "../training/train-predictor.ts";

/** Where and how a training runs. */
export interface TrainSetting {
  /** The model folder. */
  readonly out: string;
  readonly card: boolean;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly print: (text: string) => void;
  readonly progress: (event: TrainingEvent) => void;
}

/**
 * Trains a predictor into a folder, or goes on with what is there, and prints how good it is.
 *
 * @returns the exit code: 0, or 130 when stopped by the signal.
 * @throws OutriggerError `bad-option` for a folder that holds a run with other options or a model of other data, and as `readMolecules` and `trainPredictor`.
 */
export async function trainCommand(
  data: string,
  configuration: Configuration,
  setting: TrainSetting,
): Promise<number> {
  const { out, card, threads, signal, print, progress } = setting;
  const finished = readRecord(out);
  if (finished !== null) {
    checkSame(out, finished.configuration, configuration);
    checkData(`${out} holds a model`, finished.report.data.name, basename(data));
    print(`${out} is trained already; --fresh starts anew.`);
    print(resultText(finished));
    return 0;
  }
  checkBegun(out, configuration);
  const { targets, smiles } = configuration;
  const table = await readMolecules({ path: data }, { targets, ...(smiles !== null && { smiles }) });
  print(tableText(table));
  const run = { spinning: false, ...(threads !== undefined && { threads }) };
  const trained = await trainPredictor(table, configuration, {
    directory: join(out, "training"),
    source: { path: data },
    onProgress(event) {
      // Not before: a mistake that ends the command must not bind the folder to its options.
      if (event.kind === "fit" && event.event.kind === "start") writeBegun(out, configuration);
      progress(event);
    },
    run,
    ...(signal && { signal }),
  });
  if (trained === null) {
    print(`Stopped. The same command goes on from here; ${out} is kept.`);
    return 130;
  }
  writePredictor(out, trained);
  // Checkpoints are several times the model, and of no use any more.
  rmSync(join(out, "training"), { recursive: true, force: true });
  print(resultText(trained.record));
  if (card) {
    const { cardPage } = await import("../card/card-page.ts");
    const predictor = await makePredictor({ ...trained, run });
    replaceFile(join(out, "card.html"), [new TextEncoder().encode(await cardPage(predictor))]);
    await predictor.dispose();
    print(`${join(out, "card.html")} shows it in pictures.`);
  }
  print(`\nTo predict: outrigger-molecular predict new.csv --model ${out} --out predictions.csv`);
  return 0;
}

const begunOf = (out: string): string => join(out, "training", "configuration.json");

const writeBegun = (out: string, configuration: Configuration): void =>
  replaceFile(begunOf(out), [new TextEncoder().encode(`${JSON.stringify(configuration, null, 1)}\n`)]);

function checkBegun(out: string, configuration: Configuration): void {
  const begun = keptJson(begunOf(out)) as Configuration | null;
  if (begun !== null) checkSame(out, begun, configuration);
}

/** What was read, and what was left out. */
export function tableText({ name, smiles, canonical, problems }: MoleculeTable): string {
  const repeated = canonical.length - new Set(canonical).size;
  const lines = [
    `${name}: ${smiles.length} molecules${repeated > 0 ? `, ${repeated} of them repeated` : ""}`,
  ];
  if (problems.length > 0) lines.push(`${problems.length} rows are left out:`);
  for (const { row, value, reason } of problems.slice(0, 5))
    lines.push(`  row ${row}, ${JSON.stringify(value)}: ${reason}`);
  if (problems.length > 5) lines.push(`  … and ${problems.length - 5} more`);
  return lines.join("\n");
}

const cell = (low: number | null, high: number | null): string =>
  low === null || high === null ? "–" : `${short(low)} to ${short(high)}`;

function targetText({ name, kind, metrics, coverage, labels }: TargetReport, level: number): string {
  const rows = metrics.map((each) => [
    each.name,
    short(each.value),
    cell(each.low, each.high),
    short(each.baseline),
  ]);
  const table = textTable(["metric", "test", "95 % interval", "without a model"], rows);
  const at = coverage.find((each) => each.level === level)!;
  const size =
    at.labels === 0
      ? ""
      : at.size === null
        ? `; the ${labels.validation} validation labels are too few for ${percent(level)} intervals, which are endless`
        : kind === "regression"
          ? `; mean width ${short(at.size)}`
          : `; ${short(at.size)} classes a set on average`;
  const what = kind === "regression" ? "Intervals" : "Prediction sets";
  const share = at.labels === 0 ? "–" : percent(at.covered / at.labels);
  return `\n${name}, ${at.labels} test molecules\n${table}\n${what} for ${percent(level)}: ${at.covered} of ${at.labels} test labels inside (${share})${size}. ${coverageVerdict(at, labels.validation)}`.trimEnd();
}

/** How good a predictor is, as text. */
export function resultText({ report, configuration }: PredictorRecord): string {
  const { targets, data } = report;
  const seen =
    data.seenTests > 0
      ? `\n${data.seenTests} test molecules are training molecules as well: the numbers are too good. Take them out, or use a split by scaffolds.`
      : "";
  const { auxiliaries, selection } = report;
  const tasks = selection
    ? `\nAuxiliary tasks, ${selectionWords(selection)}: ${auxiliaries.join(", ")}; weighed by ${configuration.method}.`
    : "";
  return `${targets.map((target) => targetText(target, configuration.level)).join("\n")}\n${coveragePromise(configuration.split)}${seen}${tasks}`;
}
