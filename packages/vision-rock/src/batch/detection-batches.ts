import { array, type NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Batches, Host } from "@outrigger/core/train/model";
import { type AugmentOptions, drawView, type View } from "../augment/augment.ts";
import { VisionRockError } from "../error.ts";
import { type MatchOptions, matchPriors } from "../prior/match.ts";
import type { Priors } from "../prior/prior-boxes.ts";
import type { CompactSample } from "./compact-sample.ts";
import type { DetectionBatch } from "./detection-batch.ts";
import { drawRows } from "./draw-rows.ts";
import { WHOLE } from "./frame.ts";
import { viewObjects } from "./view-objects.ts";
import { GEOMETRY_CHANNELS, visitSurfaces, writeGeometry } from "./write-geometry.ts";
import { writePicture } from "./write-picture.ts";

/** What targets are made for. */
export interface BatchOptions {
  readonly priors: Priors;
  /** Grid of the backbone's map, on which depth and normals are predicted. */
  readonly map: { readonly height: number; readonly width: number };
  readonly batchSize: number;
  /** True depth and normals stand behind the colours, for models that are told the geometry. Default false. */
  readonly geometryInputs?: boolean;
  readonly match?: MatchOptions;
}

export interface TrainingBatchesOptions extends BatchOptions {
  /** Batches a pass; so many random orders of the samples are drawn as it takes. */
  readonly steps: number;
  /** Default: SSD's (`augment`); false for pictures as they are. */
  readonly augment?: AugmentOptions | false;
  /** Rows of every batch that are samples with boxes annotated, the rest those without. Default: all samples alike. */
  readonly boxed?: number;
}

/** Channels that a model reads. */
export const inputChannels = (geometryInputs: boolean): number =>
  geometryInputs ? 3 + GEOMETRY_CHANNELS : 3;

/**
 * Batches in random order with random views, for training. A pass is repeated from the stream's state.
 *
 * @throws VisionRockError "bad-option" for no samples, samples of several sizes, counts that are no positive whole numbers, or `boxed` rows where there
 * are no samples of one of the two kinds; from a pass as `matchPriors`
 *
 * Cost: about 1 ms a picture of 128 × 96.
 */
export function trainingBatches(
  samples: readonly CompactSample[],
  options: TrainingBatchesOptions,
): Batches<Host<DetectionBatch>> {
  const { steps, batchSize, augment = {}, boxed } = options;
  requireSamples(samples, { batchSize, steps });
  const draw = drawRows(samples, { batchSize, boxed });
  const zoom = augment === false ? {} : augment;
  return {
    size: steps,
    *epoch(random) {
      // `fit` looks at the first batch of a fixed order, to know the data again.
      const stream = random ?? Random.seeded(0, "batches");
      const rows = draw(stream);
      for (let step = 0; step < steps; step++) {
        const views = rows().map((row): Seen => {
          const sample = samples[row]!;
          return { sample, view: augment === false ? WHOLE : drawView(sample, stream, augment) };
        });
        yield batchOf(views, options, zoom);
      }
    },
  };
}

/**
 * All samples as they are, once and in their order, for evaluation; the last batch is padded with rows whose masks are 0.
 *
 * @throws VisionRockError as {@link trainingBatches}
 */
export function orderedBatches(
  samples: readonly CompactSample[],
  options: BatchOptions,
): Batches<Host<DetectionBatch>> {
  const { batchSize } = options;
  requireSamples(samples, { batchSize });
  return {
    size: Math.ceil(samples.length / batchSize),
    samples: samples.length,
    *epoch() {
      for (let start = 0; start < samples.length; start += batchSize) {
        const part = samples.slice(start, start + batchSize);
        yield batchOf(
          part.map((sample) => ({ sample, view: WHOLE })),
          options,
        );
      }
    },
  };
}

/** Least share of a picture's area from which its scene is learned: one corner of a room could be in any. */
const SCENE_SHARE = 0.5;

const shownShare = ({ width, height }: CompactSample, { window }: View): number =>
  window === undefined ? 1 : (window[2] * window[3]) / (width * height);

interface Seen {
  readonly sample: CompactSample;
  readonly view: View;
}

function batchOf(
  seen: readonly Seen[],
  { priors, map, batchSize, geometryInputs = false, match }: BatchOptions,
  zoom: AugmentOptions = {},
): Host<DetectionBatch> {
  const { width, height } = seen[0]!.sample;
  const channels = inputChannels(geometryInputs);
  const cells = map.height * map.width;
  const zeros = (...shape: number[]): NDArray & { data: Float32Array } =>
    array(new Float32Array(shape.reduce((n, d) => n * d, 1)), shape) as NDArray & { data: Float32Array };
  const inputs = zeros(batchSize, height, width, channels);
  const classes = zeros(batchSize, priors.count);
  const offsets = zeros(batchSize, priors.count, 4);
  const scene = zeros(batchSize);
  const logDepth = zeros(batchSize, map.height, map.width);
  const depthKnown = zeros(batchSize, map.height, map.width);
  const normals = zeros(batchSize, map.height, map.width, 3);
  const normalsKnown = zeros(batchSize, map.height, map.width);
  const masks = {
    detection: zeros(batchSize),
    scene: zeros(batchSize),
    depth: zeros(batchSize),
    normals: zeros(batchSize),
  };
  // Priors of padding and of pictures without boxes do not count.
  classes.data.fill(-1);
  seen.forEach(({ sample, view }, i) => {
    const { has } = sample;
    const at = i * height * width * channels;
    writePicture(sample, view, inputs.data, at, channels);
    if (geometryInputs) writeGeometry(sample, view, inputs.data, at + 3, channels);
    if (has.detection) {
      const objects = viewObjects(sample, view, zoom);
      const boxes = objects.map(({ box }) => box);
      const categories = objects.map(({ category }) => category);
      const matched = matchPriors(priors, boxes, categories, sample, match);
      classes.data.set(matched.classes, i * priors.count);
      offsets.data.set(matched.offsets, 4 * i * priors.count);
      masks.detection.data[i] = 1;
    }
    if (has.scene && sample.scene >= 0 && shownShare(sample, view) >= SCENE_SHARE) {
      scene.data[i] = sample.scene;
      masks.scene.data[i] = 1;
    }
    if (!(has.depth || has.normals)) return;
    visitSurfaces(sample, view, map, (place, log, known, normal) => {
      const cell = i * cells + place;
      if (has.depth && known) {
        logDepth.data[cell] = log;
        depthKnown.data[cell] = 1;
        masks.depth.data[i] = 1;
      }
      if (has.normals && normal.some((x) => x !== 0)) {
        normals.data.set(normal, 3 * cell);
        normalsKnown.data[cell] = 1;
        masks.normals.data[i] = 1;
      }
    });
  });
  return { inputs, classes, offsets, scene, logDepth, depthKnown, normals, normalsKnown, masks };
}

function requireSamples(samples: readonly CompactSample[], counts: Readonly<Record<string, number>>): void {
  const refuse = (what: string): never => {
    throw new VisionRockError("bad-option", what);
  };
  const [first] = samples;
  if (first === undefined) return refuse("There are no samples: check how the data were split.");
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1)
      refuse(`${name} must be a positive whole number, not ${value}.`);
  }
  const odd = samples.find(({ width, height }) => width !== first.width || height !== first.height);
  if (odd !== undefined) {
    const sizes = `sample ${first.id} is ${first.width} × ${first.height}, sample ${odd.id} ${odd.width} × ${odd.height}`;
    refuse(`All pictures must have one size, but ${sizes}. Give \`preload\` a size.`);
  }
}
