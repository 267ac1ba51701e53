import type { Task } from "@outrigger/core/train/task";
import type { Backbone } from "../backbone/backbone.ts";
import { resnet50 } from "../backbone/resnet50.ts";
import { smallBackbone } from "../backbone/small-backbone.ts";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { inputChannels } from "../batch/detection-batches.ts";
import type { MapShape } from "../detector/map-shape.ts";
import { rockSsd, smallSsd } from "../detector/presets.ts";
import { depthTask } from "../loss/depth-loss.ts";
import { detectionTask } from "../loss/detection-loss.ts";
import { normalsTask } from "../loss/normals-loss.ts";
import { sceneTask } from "../loss/scene-loss.ts";
import { type DetectionModel, detectionModel } from "../model/detection-model.ts";
import type { Priors } from "../prior/prior-boxes.ts";
import type { Auxiliary } from "../rock/auxiliary.ts";
import type { Configuration } from "./configuration.ts";

/** How many classes of objects and of scenes there are. */
export interface Counts {
  readonly classes: number;
  readonly scenes: number;
}

/** What a configuration stands for. */
export interface Network {
  readonly model: DetectionModel;
  readonly priors: Priors;
  /** The backbone's map. */
  readonly map: MapShape;
  /** The detection first, then the auxiliaries whose losses are trained. */
  readonly tasks: readonly Task<DetectionBatch>[];
}

/**
 * The network of a configuration.
 *
 * @throws VisionRockError "bad-option" for sizes that do not fit together
 */
export function networkOf(configuration: Configuration, { classes, scenes }: Counts): Network {
  const { block, auxiliaries, weights, negatives, detector: kind, priors: shapes } = configuration;
  const backbone = backboneOf(configuration);
  const { map } = backbone;
  const detector =
    kind === "rock"
      ? rockSsd({ map, classes })
      : smallSsd({ map, classes, ...(shapes !== undefined && { priors: shapes }) });
  const { priors } = detector;
  const model = detectionModel({ backbone, block: block && { ...block, scenes }, detector });
  const { localization } = weights;
  return {
    model,
    priors,
    map,
    tasks: [
      detectionTask({ priors, classes, localization, negatives }),
      ...auxiliaries.map((task) => auxiliaryTask(task, configuration, scenes)),
    ],
  };
}

function backboneOf({ backbone, width, height, geometryInputs }: Configuration): Backbone {
  const size = { width, height, inputs: inputChannels(geometryInputs) };
  if (backbone.kind === "small") {
    const { channels, blocks } = backbone;
    return smallBackbone({ ...size, channels, blocks });
  }
  const { base, blocks } = backbone;
  return resnet50({ ...size, ...(base !== undefined && { base }), ...(blocks && { blocks }) });
}

function auxiliaryTask(
  task: Auxiliary,
  { weights, depthLoss }: Configuration,
  scenes: number,
): Task<DetectionBatch> {
  if (task === "scene") return sceneTask({ scenes, weight: weights.scene });
  if (task === "depth") return depthTask({ loss: depthLoss, weight: weights.depth });
  return normalsTask({ weight: weights.normals });
}
