import type { Metric, Rows } from "@outrigger/core/train/metric";
import type { Batches, Host } from "@outrigger/core/train/model";
import type { Task } from "@outrigger/core/train/task";
import type { CompactSample } from "../batch/compact-sample.ts";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { type DetectedObject, type DetectOptions, detections } from "../detector/detect.ts";
import type { Detection, GroundTruth } from "../evaluate/coco-json.ts";
import { type Evaluation, evaluate } from "../evaluate/evaluate.ts";
import type { AreaRange } from "../evaluate/match.ts";
import { averagePrecision, averageRecall } from "../evaluate/summary.ts";
import type { Priors } from "../prior/prior-boxes.ts";

/**
 * Size buckets in square pixels of the sample's picture: as shares of the picture's area, up to 2.5 %, up to 10 %, and above, of which rooms have about
 * a third each. COCO's own are made for pictures of 640 × 480, in which nearly all objects of small pictures are small.
 */
export function areasOf({
  width,
  height,
}: Pick<CompactSample, "width" | "height">): Record<string, AreaRange> {
  const share = (s: number): number => s * width * height;
  return {
    all: [0, 1e10],
    small: [0, share(0.025)],
    medium: [share(0.025), share(0.1)],
    large: [share(0.1), 1e10],
  };
}

/** What is to be found in samples: pictures are numbered by their place, categories by theirs. Samples without boxes annotated are left out. */
export function groundTruthOf(samples: readonly CompactSample[], classes: readonly string[]): GroundTruth {
  const places = [...samples.keys()].filter((i) => samples[i]!.has.detection);
  return {
    images: places.map((id) => ({ id })),
    categories: classes.map((name, id) => ({ id, name })),
    annotations: places.flatMap((image_id) =>
      samples[image_id]!.objects.map(({ category, box, area }) => ({
        image_id,
        category_id: category,
        bbox: box,
        area,
        iscrowd: 0 as const,
      })),
    ),
  };
}

/** A detection task that is measured by average precision over a split, and the batches of the split that it is measured on. */
export interface MeasuredDetection {
  readonly task: Task<DetectionBatch>;
  /** The batches given, as the task must see them; they must be all samples in order. */
  readonly batches: (
    batches: Batches<Host<DetectionBatch>>,
    samples: readonly CompactSample[],
  ) => Batches<Host<DetectionBatch>>;
  /** The curves of the last split that was measured. */
  readonly evaluation: () => Evaluation | undefined;
}

/**
 * Adds metrics in per cent to a detection task: AP, which selects, AP50, AP75, AP of three sizes and AR.
 *
 * Core's metrics see one number a sample. Here a prediction is the place of the picture in the pass, and what was found in it is kept beside, from the
 * start of a pass over `batches` on until the metrics are read.
 */
export function measuredDetection(
  task: Task<DetectionBatch>,
  priors: Priors,
  classes: readonly string[],
  options: DetectOptions = {},
): MeasuredDetection {
  let samples: readonly CompactSample[] = [];
  let found: DetectedObject[][] = [];
  let labelled = 0;
  let latest: Evaluation | undefined;
  const measured = (): Evaluation => {
    if (latest !== undefined) return latest;
    const truth = groundTruthOf(samples, classes);
    const all = truth.images.flatMap(({ id }) =>
      found[id]!.map(({ category, box, score }): Detection => {
        return { image_id: id, category_id: category, bbox: box, score };
      }),
    );
    latest = evaluate(truth, all, { areas: areasOf(samples[0]!), maxDetections: [100] });
    return latest;
  };
  const metric = (name: string, read: (evaluation: Evaluation) => number | null): Metric => ({
    name,
    better: "higher",
    compute({ prediction }: Rows) {
      const value = prediction.length === 0 ? null : read(measured());
      return value === null ? null : 100 * value;
    },
  });
  const ofArea = (area: string): Metric =>
    metric(`AP-${area}`, (evaluation) => averagePrecision(evaluation, { area }));
  return {
    task: {
      ...task,
      metrics: [
        metric("AP", (evaluation) => averagePrecision(evaluation)),
        metric("AP50", (evaluation) => averagePrecision(evaluation, { iou: 0.5 })),
        metric("AP75", (evaluation) => averagePrecision(evaluation, { iou: 0.75 })),
        ofArea("small"),
        ofArea("medium"),
        ofArea("large"),
        metric("AR", (evaluation) => averageRecall(evaluation)),
      ],
      predict(output) {
        const from = found.length;
        const seen = samples.slice(from, from + output.shape[0]!);
        found.push(...detections(output, priors, options, seen));
        return Float64Array.from({ length: output.shape[0]! }, (_, i) => from + i);
      },
      labels({ masks }) {
        const from = labelled;
        labelled += masks.detection.data.length;
        return Float64Array.from(masks.detection.data, (mask, i) => (mask === 0 ? Number.NaN : from + i));
      },
    },
    batches: (batches, of) => ({
      ...batches,
      *epoch() {
        samples = of;
        found = [];
        labelled = 0;
        latest = undefined;
        yield* batches.epoch(null);
      },
    }),
    evaluation: () => latest,
  };
}
