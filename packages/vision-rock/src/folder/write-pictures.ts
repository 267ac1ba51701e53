import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { VisionRockError } from "../error.ts";
import { annotated, type Sample } from "../sample.ts";
import { fileOf, type Kind, MILLIMETRES, NORMAL_UNIT, NORMAL_ZERO } from "./files.ts";

/** Depths that 16 bits of millimetres can hold. */
const DEEPEST = 65.535;

/**
 * Writes the PNG files of one sample below `directory`, whose folders exist.
 *
 * @throws VisionRockError "shape" for an array of another size, "out-of-range" for a depth that is negative, NaN or above 65.535 m and for a
 * normal that is no unit vector.
 */
export async function writePictures(directory: string, sample: Sample): Promise<void> {
  const { id, width, height } = sample;
  for (const [name, channels] of [
    ["rgb", 3],
    ["depth", 1],
    ["normals", 3],
    ["instances", 1],
  ] as const) {
    const { length } = sample[name];
    if (length === channels * width * height) continue;
    const needed = `${channels === 1 ? "" : "3 · "}${width} · ${height}`;
    throw new VisionRockError("shape", `${name} of sample ${id} has ${length} values; it needs ${needed}.`, {
      id,
    });
  }
  const raw = (channels: 1 | 3) => ({ raw: { width, height, channels } });
  const write = (kind: Kind, picture: Sharp) => picture.png().toFile(join(directory, fileOf(kind, id)));
  const has = annotated(sample);
  // What is wrong with a sample is found before anything of it is written.
  const depth = has.depth && millimetres(sample);
  const normals = has.normals && normalBytes(sample);
  await Promise.all([
    write("rgb", sharp(sample.rgb, raw(3))),
    // Without its colour space named, sharp would write eight bits.
    depth && write("depth", sharp(depth, raw(1)).toColourspace("grey16")),
    normals && write("normals", sharp(normals, raw(3))),
    has.detection && write("instances", sharp(sample.instances, raw(1)).toColourspace("b-w")),
  ]);
}

function millimetres({ id, depth }: Sample): Uint16Array {
  return Uint16Array.from(depth, (z) => {
    if (z >= 0 && z <= DEEPEST) return Math.round(z * MILLIMETRES);
    throw new VisionRockError(
      "out-of-range",
      `Sample ${id} has a depth of ${z} m; 16 bits hold 0 to ${DEEPEST} m, with 0 for what is unknown.`,
      { id },
    );
  });
}

function normalBytes({ id, normals }: Sample): Uint8Array {
  return Uint8Array.from(normals, (n) => {
    // Rounding may carry a unit vector a little beyond 1.
    if (Math.abs(n) <= 1 + 1e-3) return Math.round(NORMAL_ZERO + NORMAL_UNIT * n);
    throw new VisionRockError(
      "out-of-range",
      `Sample ${id} has a normal with a component of ${n}; normals are unit vectors, or 0 where unknown.`,
      { id },
    );
  });
}
