export { type AugmentOptions, augment } from "./augment/augment.ts";
export { flip } from "./augment/flip.ts";
export { type JitterOptions, jitter } from "./augment/jitter.ts";
export { type ZoomCropOptions, zoomCrop } from "./augment/zoom-crop.ts";
export { type Box, boxIou } from "./box.ts";
export type { Intrinsics } from "./camera.ts";
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
export { readFolder } from "./folder/read-folder.ts";
export { type Picture, readPicture } from "./folder/read-picture.ts";
export { writeFolder } from "./folder/write-folder.ts";
export { writeSubset } from "./folder/write-subset.ts";
export { type PlaneNormalsOptions, planeNormals } from "./geometry/plane-normals.ts";
export { type Crop, NYU_CAMERA, NYU_VALID } from "./nyuv2/camera.ts";
export { NYU_CLASSES } from "./nyuv2/classes.ts";
export { NYU_FORTY, NYU_FORTY_OF } from "./nyuv2/forty-classes.ts";
export {
  type PrepareEvent,
  type PreparedNyuv2,
  type PrepareNyuv2Options,
  prepareNyuv2,
} from "./nyuv2/prepare.ts";
export { NYU_SCENES } from "./nyuv2/scenes.ts";
export { chooseValidation, type NyuSplits, readSplits } from "./nyuv2/splits.ts";
export { ROOM_CLASSES, type RoomClass } from "./rooms/plan/furniture.ts";
export type { Lighting } from "./rooms/plan/lighting.ts";
export type { Decal, Light, PlacedObject, RoomPlan, Surface } from "./rooms/plan/plan.ts";
export { planRoom, type RoomOptions } from "./rooms/plan/plan-room.ts";
export { ROOM_SCENES, type RoomScene } from "./rooms/plan/scenes.ts";
export { type PictureOptions, type RenderPool, renderPool } from "./rooms/pool.ts";
export { type RenderOptions, renderRoom } from "./rooms/render/render.ts";
export { FIRST_SEED, type RoomSetOptions, type RoomSplit, roomSet } from "./rooms/room-set.ts";
export { type Annotated, annotated, type Sample, type SampleObject, type SampleSource } from "./sample.ts";
