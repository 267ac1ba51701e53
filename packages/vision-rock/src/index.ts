export { type Box, boxIou } from "./box.ts";
export { VisionRockError, type VisionRockErrorCode } from "./error.ts";
export {
  type Annotation,
  type Detection,
  type GroundTruth,
  readDetections,
  readGroundTruth,
} from "./evaluate/coco-json.ts";
export {
  COCO_AREAS,
  COCO_THRESHOLDS,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
} from "./evaluate/evaluate.ts";
export type { AreaRange } from "./evaluate/match.ts";
export {
  averagePrecision,
  averageRecall,
  type CategoryRow,
  type CocoSummary,
  categoryTable,
  cocoSummary,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type Selection,
} from "./evaluate/summary.ts";
export { type VocOptions, type VocRow, vocAveragePrecision } from "./evaluate/voc.ts";
