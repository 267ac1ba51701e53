import type { AugmentOptions } from "../augment/augment.ts";
import { VisionRockError } from "../error.ts";
import { LOSS_WEIGHTS } from "../model/defaults.ts";
import type { PriorShapes } from "../prior/prior-boxes.ts";
import { AUXILIARIES, type Auxiliary } from "../rock/auxiliary.ts";
import type { RockBlockOptions } from "../rock/options.ts";

/** The small residual network, or ResNet-50. */
export type BackboneChoice =
  | {
      readonly kind: "small";
      /** Channels at stride 2, 4 and 8. */
      readonly channels: readonly [number, number, number];
      /** Residual blocks at stride 8. */
      readonly blocks: number;
    }
  | {
      readonly kind: "resnet50";
      /** Channels of the first convolution: 64, for which weights exist, unless a test wants it smaller. */
      readonly base?: number;
      readonly blocks?: readonly [number, number, number, number];
    };

/** What the losses are multiplied by, before any method weighs the tasks. */
export type LossWeights = {
  readonly localization: number;
  readonly scene: number;
  readonly depth: number;
  readonly normals: number;
};

/** Everything that decides a training besides data, method and seed. Plain JSON. */
export interface Configuration {
  /** Of the pictures, in pixels; larger ones are made smaller. */
  readonly width: number;
  readonly height: number;
  readonly backbone: BackboneChoice;
  /** null: no block, so no auxiliary. */
  readonly block: Omit<RockBlockOptions, "scenes"> | null;
  /** Tasks of the block whose losses are trained. None: the block is capacity alone. */
  readonly auxiliaries: readonly Auxiliary[];
  /** "small": three maps from the backbone's on; "rock": those of ROCK, for maps of 17 cells a side or more. */
  readonly detector: "small" | "rock";
  /** Priors of the three maps of "small". Default: those that suit rooms. */
  readonly priors?: readonly [PriorShapes, PriorShapes, PriorShapes];
  /** The model reads true depth and normals besides colours. */
  readonly geometryInputs: boolean;
  readonly weights: LossWeights;
  readonly negatives: "mined" | "all" | "focal";
  readonly depthLoss: "smooth-l1" | "berhu";
  /** SSD's augmentation by options; false for none. */
  readonly augment: AugmentOptions | false;
  readonly iterations: number;
  /** How often the validation pictures are looked at, evenly over the iterations; the best look is kept. */
  readonly looks: number;
  readonly batchSize: number;
  /** Rows of every batch that have boxes, where some pictures have none annotated. Default: pictures are drawn alike. */
  readonly boxed?: number;
  /** At its peak: it rises over `warmup` of the iterations and falls to 0 along half a cosine. */
  readonly learningRate: number;
  readonly warmup: number;
  readonly weightDecay: number;
  /** Gradients of a greater norm over all parameters are scaled down to it. */
  readonly maxGradientNorm: number;
}

/** Pictures of 128 × 96, the small backbone and ROCK's block with all tasks. */
const DEFAULTS: Configuration = {
  width: 128,
  height: 96,
  backbone: { kind: "small", channels: [24, 48, 48], blocks: 2 },
  block: { tasks: AUXILIARIES },
  auxiliaries: AUXILIARIES,
  detector: "small",
  geometryInputs: false,
  weights: {
    localization: LOSS_WEIGHTS.localization,
    scene: LOSS_WEIGHTS.scene,
    depth: LOSS_WEIGHTS.depth,
    normals: LOSS_WEIGHTS.normals,
  },
  negatives: "mined",
  depthLoss: "smooth-l1",
  augment: {},
  iterations: 2000,
  looks: 8,
  batchSize: 16,
  learningRate: 3e-3,
  warmup: 0.1,
  weightDecay: 1e-4,
  maxGradientNorm: 10,
};

/**
 * A configuration from what is given, the rest by default. Without a block there are no auxiliaries; with one, all of its tasks are, unless they are named.
 *
 * @throws VisionRockError "bad-option" naming the value that cannot be trained with; the network's own sizes are checked when it is made
 */
export function configuration(given: Partial<Configuration> = {}): Configuration {
  if (!isRecord(given)) throw new VisionRockError("bad-option", "The configuration is no record of options.");
  const block = given.block === undefined ? DEFAULTS.block : given.block;
  const auxiliaries = given.auxiliaries ?? (isRecord(block) ? (block.tasks as readonly Auxiliary[]) : []);
  const made = { ...DEFAULTS, ...given, block, auxiliaries };
  check(made);
  return made;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
const isTasks = (value: unknown): boolean =>
  Array.isArray(value) && value.every((task) => (AUXILIARIES as readonly unknown[]).includes(task));
const isWholes = (value: unknown, count: number): boolean =>
  Array.isArray(value) && value.length === count && value.every((each) => isWhole(each, WIDEST));
const isNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => Number.isFinite(each));

/** What pictures and layers of a greater size need, no machine has. */
const [LARGEST, WIDEST] = [10_000, 65_536];

/** The parts that are records: a configuration may come from a file. */
function checkParts(
  { backbone, block, auxiliaries, priors, augment, weights }: Readonly<Record<string, unknown>>,
  refuse: (name: string, value: unknown, wanted: string) => never,
): void {
  if (!isRecord(backbone)) refuse("backbone", backbone, "a record with its kind");
  const { kind, channels, blocks, base } = backbone as Readonly<Record<string, unknown>>;
  if (kind === "small" && !isWholes(channels, 3))
    refuse("backbone.channels", channels, "three whole numbers");
  if (kind === "small" && !isWhole(blocks, 1000)) refuse("backbone.blocks", blocks, "a whole number");
  if (kind === "resnet50" && base !== undefined && !isWhole(base, WIDEST))
    refuse("backbone.base", base, "a whole number");
  if (kind === "resnet50" && blocks !== undefined && !isWholes(blocks, 4))
    refuse("backbone.blocks", blocks, "four whole numbers");
  if (block !== null && !(isRecord(block) && isTasks(block["tasks"])))
    refuse("block", block, `null, or a record with tasks among ${AUXILIARIES.join(", ")}`);
  const { encoder, channels: features } = (block ?? {}) as Readonly<Record<string, unknown>>;
  if (encoder !== undefined && !isWhole(encoder, WIDEST)) refuse("block.encoder", encoder, "a whole number");
  if (
    features !== undefined &&
    !(isRecord(features) && Object.values(features).every((n) => isWhole(n, WIDEST)))
  )
    refuse("block.channels", features, "whole numbers by task");
  if (!isTasks(auxiliaries)) refuse("auxiliaries", auxiliaries, `names among ${AUXILIARIES.join(", ")}`);
  const isSizes = (value: unknown): boolean => Array.isArray(value) && value.every(isNumbers);
  const isShapes = (value: unknown): boolean =>
    isRecord(value) &&
    ("sizes" in value
      ? isSizes(value["sizes"])
      : Number.isFinite(value["scale"]) && isNumbers(value["ratios"]));
  if (priors !== undefined && !(Array.isArray(priors) && priors.length === 3 && priors.every(isShapes)))
    refuse("priors", priors, "the shapes of three maps");
  if (augment !== false && !isRecord(augment)) refuse("augment", augment, "a record of options, or false");
  if (!isRecord(weights)) refuse("weights", weights, "a record of numbers");
}

function check(made: Configuration): void {
  const refuse = (name: string, value: unknown, wanted: string): never => {
    const said = `configuration: ${name} is ${JSON.stringify(value)}; give ${wanted}`;
    throw new VisionRockError("bad-option", `${said}.`, { [name]: value });
  };
  for (const name of ["width", "height", "iterations", "looks", "batchSize"] as const) {
    const value = made[name];
    if (!Number.isInteger(value) || value < 1) refuse(name, value, "a positive whole number");
    if (name === "width" || name === "height")
      if (value > LARGEST) refuse(name, value, `at most ${LARGEST} pixels`);
  }
  checkParts(made as unknown as Readonly<Record<string, unknown>>, refuse);
  const { iterations, looks, batchSize, boxed, block, auxiliaries, detector, priors } = made;
  if (looks > iterations) refuse("looks", looks, `at most the iterations, ${iterations}`);
  if (boxed !== undefined && !(Number.isInteger(boxed) && boxed >= 1 && boxed <= batchSize))
    refuse("boxed", boxed, `a whole number from 1 to the batch size, ${batchSize}`);
  for (const name of ["learningRate", "maxGradientNorm"] as const)
    if (!(made[name] > 0 && Number.isFinite(made[name]))) refuse(name, made[name], "a positive number");
  if (!(made.warmup >= 0 && made.warmup < 1)) refuse("warmup", made.warmup, "a share from 0 to below 1");
  const { weightDecay, weights } = made;
  const { localization, scene, depth, normals } = weights;
  for (const [name, value] of Object.entries({ weightDecay, localization, scene, depth, normals }))
    if (!(value >= 0 && Number.isFinite(value))) refuse(name, value, "a number of at least 0");
  for (const [name, words] of Object.entries({
    detector: ["small", "rock"],
    negatives: ["mined", "all", "focal"],
    depthLoss: ["smooth-l1", "berhu"],
  })) {
    const word = made[name as "detector"];
    if (!words.includes(word)) refuse(name, word, words.join(" or "));
  }
  if (!["small", "resnet50"].includes(made.backbone.kind))
    refuse("backbone.kind", made.backbone.kind, "small or resnet50");
  if (priors !== undefined && detector !== "small")
    refuse("priors", priors, 'them for the detector "small" only');
  const lost = auxiliaries.find((task) => !block?.tasks.includes(task));
  if (lost !== undefined) refuse("auxiliaries", auxiliaries, `tasks of the block: ${lost} is none of them`);
}

/** Iterations between two looks; a run makes a multiple of it, so at most `looks` − 1 more than it is told. */
export const iterationsOfLook = ({
  iterations,
  looks,
}: Pick<Configuration, "iterations" | "looks">): number => Math.ceil(iterations / looks);
