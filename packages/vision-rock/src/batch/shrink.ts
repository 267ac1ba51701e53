import type { Box } from "../box.ts";
import { VisionRockError } from "../error.ts";
import type { Sample } from "../sample.ts";

/** Where the pixels of a shorter row begin and end in the longer one, and which is in the middle. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly middle: number;
}

const spans = (length: number, shorter: number): Span[] =>
  Array.from({ length: shorter }, (_, i) => ({
    from: (i * length) / shorter,
    to: ((i + 1) * length) / shorter,
    middle: Math.floor(((i + 0.5) * length) / shorter),
  }));

/**
 * The sample in a smaller picture, seen through the same lens: colours are means over what a pixel covers, depth, normals and instances those of the
 * pixel in its middle, boxes and areas are scaled. Geometry stays as it is, for the camera's focal lengths shrink along.
 *
 * Cost: one pass over the picture.
 *
 * @throws VisionRockError "shape" for a size that is larger than the sample's
 */
export function shrink(sample: Sample, size: { readonly width: number; readonly height: number }): Sample {
  const { width, height } = size;
  if (width === sample.width && height === sample.height) return sample;
  if (width > sample.width || height > sample.height) {
    const said = `Sample ${sample.id} is ${sample.width} × ${sample.height}, smaller than ${width} × ${height}`;
    throw new VisionRockError("shape", `${said}. Choose a smaller size, or enlarge the pictures before.`, {
      id: sample.id,
    });
  }
  const columns = spans(sample.width, width);
  const rows = spans(sample.height, height);
  const rgb = new Uint8Array(3 * width * height);
  const depth = new Float32Array(width * height);
  const normals = new Float32Array(3 * width * height);
  const instances = new Uint8Array(width * height);
  rows.forEach((row, v) => {
    columns.forEach((column, u) => {
      const to = v * width + u;
      const from = row.middle * sample.width + column.middle;
      depth[to] = sample.depth[from]!;
      instances[to] = sample.instances[from]!;
      for (let c = 0; c < 3; c++) {
        normals[3 * to + c] = sample.normals[3 * from + c]!;
        rgb[3 * to + c] = Math.round(meanColour(sample, column, row, c));
      }
    });
  });
  const across = width / sample.width;
  const down = height / sample.height;
  const scaled = ([x, y, w, h]: Box): Box => [x * across, y * down, w * across, h * down];
  const { fx, fy, cx, cy } = sample.camera;
  return {
    ...sample,
    width,
    height,
    rgb,
    depth,
    normals,
    instances,
    objects: sample.objects.map((object) => ({
      ...object,
      box: scaled(object.box),
      amodal: scaled(object.amodal),
      area: object.area * across * down,
    })),
    camera: {
      fx: fx * across,
      fy: fy * down,
      cx: (cx + 0.5) * across - 0.5,
      cy: (cy + 0.5) * down - 0.5,
    },
  };
}

/** The mean of a channel over a rectangle with edges between pixels. */
function meanColour({ rgb, width }: Sample, column: Span, row: Span, channel: number): number {
  let sum = 0;
  for (let v = Math.floor(row.from); v < row.to; v++) {
    const tall = Math.min(v + 1, row.to) - Math.max(v, row.from);
    for (let u = Math.floor(column.from); u < column.to; u++) {
      const wide = Math.min(u + 1, column.to) - Math.max(u, column.from);
      sum += tall * wide * rgb[3 * (v * width + u) + channel]!;
    }
  }
  return sum / ((row.to - row.from) * (column.to - column.from));
}
