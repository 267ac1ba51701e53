import type { CompileOptions } from "@outrigger/core";
import { textTable } from "@outrigger/core/command/text-table";
import { OutriggerError } from "@outrigger/core/error";
import { scoreLengths } from "../evaluate/by-length.ts";
import { type Curve, curvesOf, type TestedModel } from "../evaluate/curves.ts";
import { predictor } from "../evaluate/teacher-forced.ts";
import type { LengthScore } from "../metric/length-score.ts";
import { readModel, type SavedModel } from "../setup/model-folder.ts";
import { sequenceLength } from "../task/task.ts";
import { percent } from "./percent.ts";

/** How models are tested. */
export interface EvalSetting extends Pick<CompileOptions, "threads"> {
  /** Default: every half training length of the first model, up to the greatest length that auxiliaries saw. */
  readonly lengths?: readonly number[];
  readonly samples: number;
  readonly testSeed: number;
  readonly progress: (text: string) => void;
}

/** What `eval` found. */
export interface Evaluated extends Pick<EvalSetting, "samples" | "testSeed"> {
  readonly task: string;
  readonly describe: string;
  readonly curves: readonly Curve[];
}

/**
 * Tests models by length, all on the same sequences.
 *
 * @throws OutriggerError as `readModel`, `curvesOf` and `scoreLengths`; `bad-option` for a length beyond a model's table of position ids.
 */
export async function evaluate(folders: readonly string[], setting: EvalSetting): Promise<Evaluated> {
  const models = folders.map(readModel);
  const { trainLength, long } = models[0]!.configuration;
  const lengths = setting.lengths ?? everyHalf(trainLength, long, models[0]!.task.minimum);
  for (const model of models) checkReach(model, lengths);
  const tested: TestedModel[] = [];
  for (const model of models) {
    setting.progress(`testing ${model.folder} (${tested.length + 1} of ${models.length})`);
    const { folder, configuration } = model;
    tested.push({ folder, configuration, scores: await scoresOf(model, lengths, setting) });
  }
  const { name, describe } = models[0]!.task;
  const { samples, testSeed } = setting;
  return { task: name, describe, samples, testSeed, curves: curvesOf(tested) };
}

/** The scores of a model at some lengths. */
export async function scoresOf(
  { decoder, params, task, vocabulary, place }: SavedModel,
  lengths: readonly number[],
  { threads, samples, testSeed }: Pick<EvalSetting, "threads" | "samples" | "testSeed">,
): Promise<LengthScore[]> {
  const found = predictor(decoder, params, { ...(threads !== undefined && { threads }) });
  try {
    const options = { sequences: samples, seed: testSeed, ...(place && { place }) };
    return await scoreLengths(found, task, vocabulary, lengths, options);
  } finally {
    await found.dispose();
  }
}

/** Every half training length up to the longest. */
export function everyHalf(trainLength: number, long: number, minimum: number): number[] {
  const step = Math.max(1, Math.round(trainLength / 2));
  return Array.from({ length: Math.floor(long / step) }, (_, i) => (i + 1) * step).filter(
    (length) => length >= minimum,
  );
}

/**
 * Says of a table of position ids what it reaches, before anything is computed.
 *
 * @throws OutriggerError `bad-option` naming the length and the cure.
 */
export function checkReach(
  { folder, task, configuration, decoder }: SavedModel,
  lengths: readonly number[],
): void {
  const { ids } = decoder.options.positions;
  if (ids === undefined || configuration.ids === "abacus" || configuration.ids === "coupled") return;
  const beyond = lengths.find((length) => sequenceLength(task, length) > ids);
  if (beyond === undefined) return;
  const needed = sequenceLength(task, beyond);
  throw new OutriggerError(
    "bad-option",
    `Length ${beyond} takes ${needed} position ids, and the table of ${folder} (${configuration.position}) has ${ids}. Test shorter lengths, or train with --id-range ${needed} or more.`,
    { length: beyond, ids },
  );
}

/** The curves as text, a table each. */
export function evaluatedText({ task, describe, samples, curves }: Evaluated): string {
  const parts = curves.map(({ label, points, models, summary, band }) => {
    const { trainLength } = models[0]!.configuration;
    const rows = points.map(({ length, exact, token }) => [
      String(length),
      percent(exact.mean),
      `${percent(exact.low)} to ${percent(exact.high)}`,
      percent(token.mean),
      length === trainLength ? "the longest in training" : "",
    ]);
    const around = band === "wilson" ? "95 % interval" : "seeds";
    return [
      `${label} (${models.map(({ folder }) => folder).join(", ")})`,
      textTable(["length", "exact match", around, "per token", ""], rows),
      summaryText(summary, trainLength),
    ].join("\n");
  });
  return [`${task}: ${describe} ${samples} sequences a length.`, ...parts].join("\n\n");
}

function summaryText({ length90, ratio90, meanUnseen, area }: Curve["summary"], trainLength: number): string {
  const reach =
    length90 === 0
      ? "below 90 % at every length"
      : `90 % or more up to length ${length90} (${ratio90.toFixed(1)} × training)`;
  const unseen =
    meanUnseen === undefined ? "" : `; mean beyond length ${trainLength}: ${percent(meanUnseen)}`;
  return `${reach}${unseen}${area === undefined ? "" : `; area over ln length: ${area.toFixed(3)}`}`;
}

/** Rows of CSV, a model and length each. */
export function evaluatedCsv({ curves, testSeed }: Evaluated): string {
  const head =
    "folder,curve,task,train_length,seed,test_seed,length,sequences,exact_match,exact_low,exact_high,token_accuracy,wrong_token,missing_end,wrong_multiset,first_error";
  const rows = curves.flatMap(({ label, models }) =>
    models.flatMap(({ folder, configuration: { task, trainLength, seed }, scores }) =>
      scores.map(({ length, sequences, exactMatch, interval, tokenAccuracy, errors, firstError }) =>
        [
          quoted(folder),
          quoted(label),
          task,
          trainLength,
          seed,
          testSeed,
          length,
          sequences,
          exactMatch,
          interval.low,
          interval.high,
          tokenAccuracy,
          errors.wrongToken,
          errors.missingEnd,
          errors.wrongMultiset,
          firstError ?? "",
        ].join(","),
      ),
    ),
  );
  return `${[head, ...rows].join("\n")}\n`;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Everything as JSON. */
export const evaluatedJson = (evaluated: Evaluated): string => `${JSON.stringify(evaluated, null, 2)}\n`;
