import { array, type Tree } from "@outrigger/core/graph/array";
import { type ConvParams, conv2d } from "@outrigger/core/nn/conv";
import type { Chain, Layer, LayerList, Mode, TensorsOf } from "@outrigger/core/nn/layer";
import { sequential } from "@outrigger/core/nn/sequential";
import type { Random } from "@outrigger/core/random";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { convUnit } from "../backbone/conv-unit.ts";
import { requireCounts } from "../check.ts";
import { VisionRockError } from "../error.ts";
import { cellPriors, type PriorShapes, type Priors, priorBoxes } from "../prior/prior-boxes.ts";
import type { MapShape } from "./map-shape.ts";

/** How a map is made of the one before: a 1 × 1 convolution to `squeeze` channels, then one to `channels` that makes it smaller. */
export interface Reduction {
  readonly squeeze: number;
  readonly channels: number;
  /** Height and width of the second convolution's windows, or "map" for those of the whole map, which leaves one cell. Default 3. */
  readonly size?: number | "map";
  /** Default 1. */
  readonly stride?: number;
  /** Default "same". */
  readonly padding?: "same" | "valid";
}

/** One map of the detector. */
export interface SsdLevel {
  readonly priors: PriorShapes;
  /** Left out: the map is the one before, for the first level the one that the detector is given. */
  readonly reduce?: Reduction;
}

export interface SsdOptions {
  readonly map: MapShape;
  /** Classes without the background. */
  readonly classes: number;
  readonly levels: readonly SsdLevel[];
  /** Probability that an untrained head gives to all classes together. Default 0.01. */
  readonly foreground?: number;
}

/** Parameters of the head: the convolutions between the maps, and one that predicts on each. */
export type SsdParams = { readonly added: readonly LayerList[]; readonly predictors: readonly ConvParams[] };

/** The same while a step is recorded. */
interface SsdTensors {
  readonly added: readonly (readonly Tree<Tensor>[])[];
  readonly predictors: readonly TensorsOf<ConvParams>[];
}

/** [batch, h, w, C] to [batch, P, 4 + 1 + classes]: four offsets, then logits with background first. */
export interface SsdHead {
  init(random: Random): SsdParams;
  apply(params: Tree<Tensor>, x: Tensor, mode: Mode): Tensor;
}

export interface SsdDetector {
  readonly priors: Priors;
  /** The maps that predictions are made on, by level. */
  readonly maps: readonly MapShape[];
  readonly head: SsdHead;
}

/**
 * The heads of SSD: smaller and smaller maps, and on every map one 3 × 3 convolution that gives, for each prior of each cell, 4 offsets and
 * 1 + C logits (the two convolutions of the paper side by side, so that what comes out is in the order of the priors as it is).
 *
 * Between maps: convolution, group norm and relu, twice. Filters start as He says, those of the predictions with a tenth of the deviation,
 * and the background's bias is ln(C(1 − π)/π), so that the softmax starts near the probability π for all C classes together; RetinaNet's
 * bias −ln((1 − π)/π) is that of a sigmoid a class, and with 19 classes and a softmax would start at 0.16.
 *
 * Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, https://arxiv.org/abs/1512.02325; π after Lin et al., "Focal Loss for Dense Object
 * Detection", ICCV 2017, https://arxiv.org/abs/1708.02002. Cost: the convolutions; on the first map 18 · h · w · channels · priors · (5 + C) operations.
 *
 * @throws VisionRockError "bad-option" without a level or a class, for a foreground outside of (0, 1), or a map too small for its windows;
 * OutriggerError "bad-option" for sizes that are no positive whole number
 */
export function ssd({ map, classes, levels, foreground = 0.01 }: SsdOptions): SsdDetector {
  requireCounts("ssd", { classes });
  if (!(foreground > 0 && foreground < 1)) {
    throw new VisionRockError(
      "bad-option",
      `ssd: foreground is ${foreground}; give a number between 0 and 1.`,
    );
  }
  const maps: MapShape[] = [];
  for (const { reduce } of levels) maps.push(reducedShape(maps.at(-1) ?? map, reduce));
  const added = levels.map(({ reduce }, l) => reduction(maps[l - 1] ?? map, reduce));
  const background = Math.log((classes * (1 - foreground)) / foreground);
  const predictors = levels.map((level, l) =>
    predictor(maps[l]!.channels, cellPriors(level.priors).length, classes, background),
  );
  const head: SsdHead = {
    init: (random) => ({
      added: added.map((layer) => layer.init(random)),
      predictors: predictors.map((layer) => layer.init(random)),
    }),
    apply(params, x, mode) {
      const { added: between, predictors: on } = params as unknown as SsdTensors;
      let current = x;
      const outputs = predictors.map((layer, l) => {
        current = added[l]!.apply(between[l]!, current, mode);
        return tf.reshape(layer.apply(on[l]!, current, mode), [x.shape[0]!, -1, 5 + classes]);
      });
      return tf.concat(outputs, 1) as Tensor;
    },
  };
  return { priors: priorBoxes(levels.map(({ priors }, l) => ({ ...maps[l]!, ...priors }))), maps, head };
}

/** The map after a reduction: ⌈side / stride⌉ with zeros around it, else the windows that fit. */
function reducedShape(map: MapShape, reduce: Reduction | undefined): MapShape {
  if (reduce === undefined) return map;
  const { channels, size = 3, stride = 1, padding = "same" } = reduce;
  if (size === "map") return { height: 1, width: 1, channels };
  const after = (side: number): number =>
    padding === "same" ? Math.ceil(side / stride) : Math.floor((side - size) / stride) + 1;
  const [height, width] = [after(map.height), after(map.width)];
  if (height > 0 && width > 0) return { height, width, channels };
  const what = `ssd: a map of ${map.height} × ${map.width} is too small for windows of ${size} × ${size}`;
  throw new VisionRockError("bad-option", `${what}; give larger pictures or fewer levels.`, { map });
}

function reduction(map: MapShape, reduce: Reduction | undefined): Chain {
  if (reduce === undefined) return sequential([]);
  const { squeeze, channels, size = 3, stride = 1, padding = "same" } = reduce;
  const norm = "group";
  const windows =
    size === "map"
      ? { size: [map.height, map.width] as const, padding: "valid" as const }
      : { size, stride, padding };
  return sequential([
    convUnit({ inputs: map.channels, outputs: squeeze, size: 1, norm }),
    convUnit({ inputs: squeeze, outputs: channels, ...windows, norm }),
  ]);
}

/** The convolution that predicts on one map: offsets and logits of all priors of a cell. */
function predictor(inputs: number, priors: number, classes: number, background: number): Layer<ConvParams> {
  const each = 5 + classes;
  const conv = conv2d({ inputs, outputs: priors * each });
  return {
    ...conv,
    init(random) {
      const { kernel } = conv.init(random);
      const bias = Float32Array.from({ length: priors * each }, (_, i) => (i % each === 4 ? background : 0));
      return {
        kernel: array(
          Float32Array.from(kernel.data, (weight) => weight / 10),
          kernel.shape,
        ),
        bias: array(bias, [priors * each]),
      };
    },
  };
}
