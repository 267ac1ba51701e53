import type { Box } from "../box.ts";
import { VisionRockError } from "../error.ts";

/** COCO's own boxes are rounded to hundredths and may stand over the edge by as much; more than this is a mistake. */
const MARGIN = 0.5;

/**
 * Refuses a box that nothing can be learnt from: not four finite numbers, without area, or more than half a pixel outside the picture.
 *
 * @param place what the message calls it.
 * @throws VisionRockError "bad-box".
 */
export function checkBox(box: Box, width: number, height: number, place: string): void {
  if (!Array.isArray(box) || box.length !== 4)
    throw new VisionRockError(
      "bad-box",
      `${place} is ${JSON.stringify(box)}; a box is the four numbers left, top, width, height.`,
      { box },
    );
  const [x, y, w, h] = box;
  if (!box.every(Number.isFinite) || !(w > 0 && h > 0)) {
    throw new VisionRockError(
      "bad-box",
      `${place} is [${box.join(", ")}]; a box is left, top, width, height, and has an area. Leave it out.`,
      { box: [...box] },
    );
  }
  if (x < -MARGIN || y < -MARGIN || x + w > width + MARGIN || y + h > height + MARGIN) {
    throw new VisionRockError(
      "bad-box",
      `${place} is [${box.join(", ")}], which reaches outside the picture of ${width} × ${height}. Cut it at the edge; if all boxes are off, the file may hold corners (x1, y1, x2, y2) or belong to pictures of another size.`,
      { box: [...box], width, height },
    );
  }
}
