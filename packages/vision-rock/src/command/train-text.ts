import { percent, short, textTable } from "@outrigger/core/command/text-table";
import type { DetectorRecord } from "../predictor/record.ts";
import type { SetFacts, SetScores } from "../predictor/training-report.ts";

/** What is in a set, on a line. */
export function setText(name: string, { pictures, annotated, objects }: SetFacts): string {
  const count = objects.reduce((sum, each) => sum + each, 0);
  const { detection, scene, depth, normals } = annotated;
  const kinds = [
    `${detection} with boxes (${count} objects)`,
    ...(scene > 0 ? [`${scene} with a scene`] : []),
    ...(depth > 0 ? [`${depth} with depth`] : []),
    ...(normals > 0 ? [`${normals} with normals`] : []),
  ];
  return `${name}: ${pictures} pictures, ${kinds.join(", ")}`;
}

/** A share as per cent with one digit, a dash where nothing was to be found. */
export const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : (100 * value).toFixed(1);

const points = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toFixed(1);

/** What the auxiliaries are worth, in words. */
export function auxiliaryTexts({ metrics }: SetScores): string[] {
  const read = (task: string, name: string): number | null => metrics[task]?.[name] ?? null;
  const [scene, depth, normals] = [
    read("scene", "accuracy"),
    read("depth", "log-mae"),
    read("normals", "mean-angle"),
  ];
  return [
    ...(scene === null ? [] : [`scene: ${percent(scene)} right`]),
    ...(depth === null
      ? []
      : [`depth: off by a factor of ${Math.exp(depth).toFixed(2)} (log-depth MAE ${short(depth)})`]),
    ...(normals === null ? [] : [`normals: off by ${normals.toFixed(1)}° on average`]),
  ];
}

/** The rows of a table of classes: objects, AP, AP50 and AR in per cent. */
export const classRows = ({ byClass }: SetScores): string[][] =>
  byClass.map(({ name, truths, AP, APlowest, AR }) => [
    name,
    String(truths),
    share(AP),
    share(APlowest),
    share(AR),
  ]);

function scoresText(name: string, scores: SetScores, pictures: number): string {
  const own = scores.metrics["detection"] ?? {};
  const all = ["AP", "AP50", "AP75", "AR"].map((metric) => `${metric} ${points(own[metric])}`);
  const table = textTable(["class", "objects", "AP", "AP50", "AR"], classRows(scores));
  return [`\n${name}, ${pictures} pictures: ${all.join(", ")}`, table, ...auxiliaryTexts(scores)].join("\n");
}

/** How good a detector is. */
export function resultText({ report }: DetectorRecord): string {
  const { scores, sets, looks, best } = report;
  const at = `The look at iteration ${looks[best.look]!.iteration} of ${looks.at(-1)!.iteration} was best on validation and is kept.`;
  return [
    scoresText("validation", scores.validation, sets.validation.annotated.detection),
    ...(scores.test ? [scoresText("test", scores.test, sets.test!.annotated.detection)] : []),
    at,
  ].join("\n");
}
