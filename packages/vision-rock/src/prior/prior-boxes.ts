import { VisionRockError } from "../error.ts";

/** Sizes of the priors of a cell, in shares of the picture's sides: a scale and ratios as in SSD, or a list, such as `fitPriors` suggests. */
export type PriorShapes = ScaledShapes | ListedShapes;

export interface ScaledShapes {
  /** Side s of the first prior. */
  readonly scale: number;
  /** Side s₊ of the next map: a second square of side √(s·s₊). Left out: no second square. */
  readonly nextScale?: number;
  /** Aspect ratios r other than 1; each gives a prior of ratio r and one of 1/r. */
  readonly ratios: readonly number[];
}

export interface ListedShapes {
  readonly sizes: readonly (readonly [width: number, height: number])[];
}

/** One map of the detector and the priors of its cells. */
export type PriorLevel = PriorShapes & { readonly height: number; readonly width: number };

/** Prior boxes in the order level, row, column, prior of the cell. */
export interface Priors {
  readonly count: number;
  /** [count, 4]: centre x, centre y, width, height in shares of the picture's sides, every number in [0, 1]. */
  readonly boxes: Float32Array;
  /** Priors a cell, by level. */
  readonly perCell: readonly number[];
}

/** [width, height] of the priors of a cell: as listed, or the square, the square between the scales, then r and 1/r for every ratio. */
export function cellPriors(shapes: PriorShapes): ListedShapes["sizes"] {
  if ("sizes" in shapes) return shapes.sizes;
  const { scale, nextScale, ratios } = shapes;
  const between = nextScale === undefined ? [] : [Math.sqrt(scale * nextScale)];
  const squares = [scale, ...between].map((side) => [side, side] as const);
  const oblong = ratios.flatMap((ratio) => {
    const long = scale * Math.sqrt(ratio);
    const short = scale / Math.sqrt(ratio);
    return [[long, short] as const, [short, long] as const];
  });
  return [...squares, ...oblong];
}

/**
 * The prior boxes of a detector: the cell in row i and column j of an h × w map has the centre ((j + ½)/w, (i + ½)/h) and boxes of width s√r and
 * height s/√r for the ratios r = 1, r_k, 1/r_k of its level, and a square of side √(s·s₊).
 *
 * Every number is clipped to [0, 1], as in the reference implementation of ROCK: no prior is larger than the picture, though one at the border
 * may reach over it, so that all cells of a map have the same boxes around their centres.
 *
 * Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, https://arxiv.org/abs/1512.02325. Cost: one pass over the priors.
 *
 * @throws VisionRockError "bad-option" without a level, or for a map, scale, ratio or size that is not positive
 */
export function priorBoxes(levels: readonly PriorLevel[]): Priors {
  if (levels.length === 0) throw new VisionRockError("bad-option", "priorBoxes: give at least one level.");
  levels.forEach(checkLevel);
  const shapes = levels.map(cellPriors);
  const count = levels.reduce((sum, { height, width }, l) => sum + height * width * shapes[l]!.length, 0);
  const boxes = new Float32Array(4 * count);
  let at = 0;
  levels.forEach(({ height, width }, l) => {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (const [w, h] of shapes[l]!) {
          boxes[at++] = (column + 0.5) / width;
          boxes[at++] = (row + 0.5) / height;
          boxes[at++] = Math.min(w, 1);
          boxes[at++] = Math.min(h, 1);
        }
      }
    }
  });
  return { count, boxes, perCell: shapes.map(({ length }) => length) };
}

function checkLevel(level: PriorLevel, place: number): void {
  const refuse = (what: string): never => {
    throw new VisionRockError("bad-option", `priorBoxes: level ${place}: ${what}.`, { level: place });
  };
  const { height, width } = level;
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    refuse(`the map is ${height} × ${width}; give whole numbers from 1 on`);
  }
  const sizes = cellPriors(level);
  if (sizes.length === 0) refuse("there is no size; give at least one");
  for (const [w, h] of sizes) {
    if (w > 0 && h > 0 && w + h < Number.POSITIVE_INFINITY) continue;
    refuse(`a prior is ${w} × ${h}; give positive scales, ratios and sizes`);
  }
}
