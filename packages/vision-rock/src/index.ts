export { type AugmentOptions, augment, drawView, type View } from "./augment/augment.ts";
export { flip } from "./augment/flip.ts";
export { type Colours, drawColours, type JitterOptions, jitter, recolour } from "./augment/jitter.ts";
export { type ZoomCropOptions, zoomCrop } from "./augment/zoom-crop.ts";
export type { Backbone } from "./backbone/backbone.ts";
export { importResNet50, type WeightFile } from "./backbone/import-resnet50.ts";
export type { Norm } from "./backbone/norm.ts";
export { type Resnet50Options, resnet50 } from "./backbone/resnet50.ts";
export { type SmallBackboneOptions, smallBackbone } from "./backbone/small-backbone.ts";
export {
  type CompactSample,
  compactSample,
  type PictureSize,
  type PreloadOptions,
  preload,
} from "./batch/compact-sample.ts";
export type { AnnotationMasks, DetectionBatch } from "./batch/detection-batch.ts";
export {
  type BatchOptions,
  orderedBatches,
  type TrainingBatchesOptions,
  trainingBatches,
} from "./batch/detection-batches.ts";
export { standardize } from "./batch/standardize.ts";
export { type Box, boxIou } from "./box.ts";
export type { Intrinsics } from "./camera.ts";
export { type DetectedObject, type DetectOptions, detections } from "./detector/detect.ts";
export type { MapShape } from "./detector/map-shape.ts";
export { rockSsd, smallSsd } from "./detector/presets.ts";
export {
  type Reduction,
  type SsdDetector,
  type SsdHead,
  type SsdLevel,
  type SsdOptions,
  type SsdParams,
  ssd,
} from "./detector/ssd.ts";
export { type BoxesOptions, boxesSvg, depthScaleSvg, type LabelledBox } from "./draw/boxes-svg.ts";
export {
  type DepthRange,
  depthPixels,
  depthRange,
  type GeometryMap,
  normalPixels,
} from "./draw/geometry-pixels.ts";
export { drawSheet, type SheetOptions } from "./draw/sheet.ts";
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
export { detectorToOnnx, type OnnxDescription, type OnnxDetector } from "./export/onnx.ts";
export { readFolder } from "./folder/read-folder.ts";
export { type Picture, readPicture } from "./folder/read-picture.ts";
export { writeFolder } from "./folder/write-folder.ts";
export { writeSubset } from "./folder/write-subset.ts";
export { type PlaneNormalsOptions, planeNormals } from "./geometry/plane-normals.ts";
export { type DepthTaskOptions, depthTask } from "./loss/depth-loss.ts";
export { type DetectionTaskOptions, detectionTask } from "./loss/detection-loss.ts";
export { type NormalsTaskOptions, normalsTask } from "./loss/normals-loss.ts";
export { type SceneTaskOptions, sceneTask } from "./loss/scene-loss.ts";
export { LOSS_WEIGHTS } from "./model/defaults.ts";
export { type DetectionModel, type DetectionModelOptions, detectionModel } from "./model/detection-model.ts";
export { type Crop, NYU_CAMERA, NYU_VALID } from "./nyuv2/camera.ts";
export { NYU_CLASSES } from "./nyuv2/classes.ts";
export { NYU_FORTY, NYU_FORTY_OF } from "./nyuv2/forty-classes.ts";
export {
  type PreparedNyuv2,
  type PrepareEvent,
  type PrepareNyuv2Options,
  prepareNyuv2,
} from "./nyuv2/prepare.ts";
export { NYU_SCENES } from "./nyuv2/scenes.ts";
export { chooseValidation, type NyuSplits, readSplits } from "./nyuv2/splits.ts";
export {
  type Detector,
  type DetectorParts,
  type Found,
  type FoundObject,
  makeDetector,
} from "./predictor/detector.ts";
export { fetchDetector } from "./predictor/fetch.ts";
export { loadDetector, readDetector, writeDetector } from "./predictor/folder.ts";
export type { DetectorRecord } from "./predictor/record.ts";
export { resizePicture } from "./predictor/resize-picture.ts";
export type { Look, SetFacts, SetScores, TrainingReport, TrainingRun } from "./predictor/training-report.ts";
export { type CentredBox, decode, encode } from "./prior/codec.ts";
export { type FittedPrior, type FittedPriors, fitPriors } from "./prior/fit-priors.ts";
export { type Matched, type MatchOptions, matchPriors } from "./prior/match.ts";
export {
  type ListedShapes,
  type PriorLevel,
  type PriorShapes,
  type Priors,
  priorBoxes,
  type ScaledShapes,
} from "./prior/prior-boxes.ts";
export type { Auxiliary } from "./rock/auxiliary.ts";
export type { FusionKind } from "./rock/fusion/kinds.ts";
export type { RockBlockOptions } from "./rock/options.ts";
export type { PredictorKind } from "./rock/predictor.ts";
export { type RockBlock, rockBlock } from "./rock/rock-block.ts";
export { ROOM_CLASSES, type RoomClass } from "./rooms/plan/furniture.ts";
export type { Lighting } from "./rooms/plan/lighting.ts";
export type { Decal, Light, PlacedObject, RoomPlan, Surface } from "./rooms/plan/plan.ts";
export { planRoom, type RoomOptions } from "./rooms/plan/plan-room.ts";
export { ROOM_SCENES, type RoomScene } from "./rooms/plan/scenes.ts";
export { type PictureOptions, type RenderPool, renderPool } from "./rooms/pool.ts";
export { type RenderOptions, renderRoom } from "./rooms/render/render.ts";
export { FIRST_SEED, type RoomSetOptions, type RoomSplit, roomSet } from "./rooms/room-set.ts";
export { type Annotated, annotated, type Sample, type SampleObject, type SampleSource } from "./sample.ts";
export { alignSource, type Names } from "./source/align.ts";
export { mixSources } from "./source/mix.ts";
export { namedSources, type RoomsSetting } from "./source/named.ts";
export { ANNOTATION_KINDS, type AnnotationKind, onlyAnnotations } from "./source/only.ts";
export { partOf } from "./source/part.ts";
export { greedyNms } from "./suppress/greedy-nms.ts";
export { type SoftNmsOptions, softNms } from "./suppress/soft-nms.ts";
export {
  areasOf,
  groundTruthOf,
  type MeasuredDetection,
  measuredDetection,
} from "./train/average-precision-task.ts";
export {
  type BackboneChoice,
  type Configuration,
  configuration,
  type LossWeights,
} from "./train/configuration.ts";
export { type Network, networkOf } from "./train/network.ts";
export { type DetectorScores, type Trained, type TrainOptions, trainDetector } from "./train/train.ts";
