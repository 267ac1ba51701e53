import { textTable } from "@outrigger/core/command/text-table";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { VisionRockError } from "../error.ts";
import type { Detection, GroundTruth } from "../evaluate/coco-json.ts";
import { COCO_AREAS, type Evaluation, evaluate } from "../evaluate/evaluate.ts";
import type { AreaRange } from "../evaluate/match.ts";
import {
  averagePrecision,
  type CategoryRow,
  type CocoSummary,
  categoryTable,
  cocoSummary,
} from "../evaluate/summary.ts";
import { loadDetector } from "../predictor/folder.ts";
import { annotated, type SampleSource } from "../sample.ts";
import { alignSource } from "../source/align.ts";
import { namedSources } from "../source/named.ts";
import { poolOf } from "./pool.ts";
import { share } from "./train-text.ts";

export interface EvalSetting {
  readonly model: string;
  /** Data sets as `namedSources` reads them; rooms are those of the test split. */
  readonly data: readonly string[];
  readonly threads?: number;
  readonly progress: (pictures: number) => (done: number) => void;
}

/** One size bucket. */
export interface SizeRow {
  readonly name: string;
  /** Square pixels, both ends included. */
  readonly area: AreaRange;
  readonly objects: number;
  readonly AP: number | null;
}

/** How good a detector is on pictures it was not trained on. Plain JSON; shares from 0 to 1, null where nothing was to be found. */
export interface Evaluated {
  readonly model: string;
  readonly data: readonly string[];
  readonly pictures: number;
  /** COCO's twelve numbers. */
  readonly summary: CocoSummary;
  readonly classes: readonly CategoryRow[];
  /** COCO's buckets in pixels, and a split by shares of the picture. */
  readonly sizes: readonly SizeRow[];
  /** Classes of the data that the detector does not know: their objects are left out. */
  readonly unknown: readonly string[];
}

const BATCH = 16;

/** Buckets by shares of the pictures' mean area, beside COCO's, which are made for pictures of 640 × 480. */
const SHARES = { "below 2.5 %": [0, 0.025], "2.5 to 10 %": [0.025, 0.1], "above 10 %": [0.1, 1] } as const;

/**
 * Tests a detector as COCO does on the pictures of data sets that have boxes. Pictures are read one batch at a time.
 *
 * @throws VisionRockError "bad-option" when no picture has boxes, and as `loadDetector` and `namedSources`.
 */
export async function evaluateFolder({ model, data, threads, progress }: EvalSetting): Promise<Evaluated> {
  const run: CompileOptions = { spinning: false, ...(threads !== undefined && { threads }) };
  const detector = await loadDetector(model, { batch: BATCH, run });
  const { record } = detector;
  const { width, height } = record.configuration;
  const rooms = data.some((name) => name.startsWith("rooms:"));
  const pool = rooms ? await poolOf(threads) : undefined;
  try {
    const source = await namedSources(data, { split: "test", width, height, ...(pool && { pool }) });
    const unknown = source.classes.filter((name) => !record.classes.includes(name));
    const aligned = alignSource(source, record, { unknown: "drop" });
    const told = progress(source.length);
    const truth: Mutable<GroundTruth> = {
      images: [],
      categories: record.classes.map((name, id) => ({ id, name })),
      annotations: [],
    };
    const found: Detection[] = [];
    let pixels = 0;
    for (let start = 0; start < aligned.length; start += BATCH) {
      const samples = await batchOf(aligned, start);
      const boxed = samples.filter((sample) => annotated(sample).detection);
      const detected = await detector.detectAll(boxed);
      for (const [i, { objects, width: w, height: h }] of boxed.entries()) {
        const image_id = truth.images.length;
        truth.images.push({ id: image_id });
        pixels += w * h;
        for (const { category, box, area } of objects)
          truth.annotations.push({ image_id, category_id: category, bbox: box, area, iscrowd: 0 });
        for (const { category, box, score } of detected[i]!.objects)
          found.push({ image_id, category_id: category, bbox: box, score });
      }
      told(Math.min(aligned.length, start + BATCH));
    }
    const pictures = truth.images.length;
    if (pictures === 0)
      throw new VisionRockError("bad-option", `No picture of ${data.join(", ")} has boxes to test against.`);
    const areas = { ...COCO_AREAS, ...bucketsOf(pixels / pictures) };
    const evaluation = evaluate(truth, found, { areas });
    return {
      model,
      data,
      pictures,
      summary: cocoSummary(evaluation),
      classes: categoryTable(evaluation),
      sizes: sizesOf(evaluation, truth),
      unknown,
    };
  } finally {
    await pool?.close();
    await detector.dispose();
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

const batchOf = (source: SampleSource, start: number): Promise<Awaited<ReturnType<SampleSource["get"]>>[]> =>
  Promise.all(
    Array.from({ length: Math.min(BATCH, source.length - start) }, (_, i) => source.get(start + i)),
  );

const bucketsOf = (area: number): Record<string, AreaRange> =>
  Object.fromEntries(
    Object.entries(SHARES).map(([name, [from, to]]) => [name, [from * area, to === 1 ? 1e10 : to * area]]),
  );

const sizesOf = (evaluation: Evaluation, { annotations }: GroundTruth): SizeRow[] =>
  Object.entries(evaluation.areas).map(([name, range]) => ({
    name,
    area: range,
    objects: annotations.filter(({ area }) => area >= range[0] && area <= range[1]).length,
    AP: averagePrecision(evaluation, { area: name }),
  }));

/** The numbers as text. */
export function evaluatedText({
  model,
  data,
  pictures,
  summary,
  classes,
  sizes,
  unknown,
}: Evaluated): string {
  const twelve = Object.entries(summary).map(([name, value]) => [name, share(value)]);
  const rows = Array.from({ length: 6 }, (_, i) => [...twelve[i]!, "", ...twelve[i + 6]!]);
  const byClass = classes.map(({ name, truths, detections, AP, APlowest, AR }) => [
    name,
    String(truths),
    String(detections),
    share(AP),
    share(APlowest),
    share(AR),
  ]);
  const range = ([from, to]: AreaRange): string =>
    `${Math.round(from)} to ${to >= 1e10 ? "∞" : Math.round(to)}`;
  return [
    `${model} on ${data.join(", ")}: ${pictures} pictures, in per cent`,
    textTable(["", "", "", "", ""], rows).replace(/^\n/, ""),
    "",
    textTable(["class", "objects", "found", "AP", "AP50", "AR"], byClass),
    "",
    textTable(
      ["size", "square pixels", "objects", "AP"],
      sizes.map(({ name, area, objects, AP }) => [name, range(area), String(objects), share(AP)]),
    ),
    ...(unknown.length === 0
      ? []
      : [`\nLeft out, for the detector does not know these classes: ${unknown.join(", ")}`]),
  ].join("\n");
}
