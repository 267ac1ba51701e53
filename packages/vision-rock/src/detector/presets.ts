import type { ListedShapes, PriorShapes } from "../prior/prior-boxes.ts";
import type { MapShape } from "./map-shape.ts";
import { type Reduction, type SsdDetector, ssd } from "./ssd.ts";

interface PresetOptions {
  /** What the detector is given. */
  readonly map: MapShape;
  /** Classes without the background. */
  readonly classes: number;
}

const ROCK_SCALES = [0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05];

const half = { stride: 2 };
const ROCK_REDUCTIONS: readonly (Reduction | undefined)[] = [
  undefined,
  { squeeze: 1024, channels: 1024, ...half },
  { squeeze: 256, channels: 512, ...half },
  { squeeze: 128, channels: 256, ...half },
  { squeeze: 128, channels: 256, padding: "valid" },
  { squeeze: 128, channels: 256, size: "map" },
];

/**
 * The detector of ROCK: for the map of 30 × 40 × 2048 that a picture of 480 × 640 gives, maps of 30 × 40, 15 × 20, 8 × 10, 4 × 5, 2 × 3 and 1 × 1
 * with 2048, 1024, 512, 256, 256 and 256 channels and 4, 6, 6, 6, 4 and 4 priors a cell: 7,228.
 *
 * Sizes of the reference implementation, https://github.com/vita-epfl/rock-pytorch; group norm where it has batch norm.
 *
 * @throws VisionRockError "bad-option" for a map whose side is below 17, and as {@link ssd}
 */
export const rockSsd = ({ map, classes }: PresetOptions): SsdDetector =>
  ssd({
    map,
    classes,
    levels: ROCK_REDUCTIONS.map((reduce, l) => ({
      priors: {
        scale: ROCK_SCALES[l]!,
        nextScale: ROCK_SCALES[l + 1]!,
        ratios: l >= 1 && l <= 3 ? [2, 3] : [2],
      },
      ...(reduce && { reduce }),
    })),
  });

/**
 * [width, height] by level, rounded from {@link fitPriors} with five sizes a level for the boxes of 400 rooms of 128 × 96, which were seen a little more
 * from above than now; a box being of the first level below √(w·h) = 0.28, of the second below 0.4: large boxes find no near centre on a coarse map, so
 * fine maps have more than small ones.
 */
const ROOM_SIZES: readonly ListedShapes[] = [
  {
    sizes: [
      [0.09, 0.13],
      [0.13, 0.23],
      [0.08, 0.43],
      [0.24, 0.22],
      [0.17, 0.35],
    ],
  },
  {
    sizes: [
      [0.21, 0.46],
      [0.3, 0.34],
      [0.4, 0.28],
      [0.18, 0.65],
      [0.29, 0.47],
    ],
  },
  {
    sizes: [
      [0.44, 0.44],
      [0.28, 0.77],
      [0.61, 0.36],
      [0.43, 0.6],
      [0.74, 0.54],
    ],
  },
];

interface SmallOptions extends PresetOptions {
  /** Priors of the three levels. Default: five a cell that suit rooms; take `fitPriors` for other pictures. */
  readonly priors?: readonly [PriorShapes, PriorShapes, PriorShapes];
}

/**
 * A detector for small pictures: the map itself and two of half and of a quarter of its sides, all with its channels. A picture of
 * 96 × 128 with a map of 12 × 16 has 1,260 priors.
 *
 * @throws VisionRockError as {@link ssd}
 */
export function smallSsd({ map, classes, priors }: SmallOptions): SsdDetector {
  const { channels } = map;
  const reduce = { squeeze: Math.ceil(channels / 2), channels, ...half };
  const levels = (priors ?? ROOM_SIZES).map((shapes, l) => ({ priors: shapes, ...(l > 0 && { reduce }) }));
  return ssd({ map, classes, levels });
}
