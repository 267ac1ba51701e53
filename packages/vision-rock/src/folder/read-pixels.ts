import sharp, { type Metadata } from "sharp";
import { VisionRockError } from "../error.ts";
import type { Kind } from "./files.ts";

/** What a file of each kind must be, so that no value is lost on the way to its array. */
const FORMATS = {
  rgb: { channels: 3, depth: "uchar", space: "srgb" },
  depth: { channels: 1, depth: "ushort", space: "grey16" },
  normals: { channels: 3, depth: "uchar", space: "srgb" },
  instances: { channels: 1, depth: "uchar", space: "b-w" },
} as const;

/**
 * The pixels of one file of a folder, exactly as they are stored.
 *
 * Boxes and depths belong to pixels as they are stored, so a picture that asks its viewer to turn it (EXIF orientation) is refused: nobody can know
 * which way its boxes were drawn. Pictures of `rgb` may be grey or transparent; of the others every bit must be where it is expected.
 *
 * @throws VisionRockError "bad-file" for a missing, truncated or turned picture and for eight bits of depth, "shape" for another size.
 */
export async function readPixels(
  path: string,
  kind: Kind,
  width: number,
  height: number,
): Promise<Uint8Array | Uint16Array> {
  const { channels, depth, space } = FORMATS[kind];
  const bad = (why: string, cause?: unknown) =>
    new VisionRockError("bad-file", `${path} ${why}`, { path }, cause);
  const unreadable = (error: unknown): never => {
    throw bad(`cannot be read: ${(error as Error).message}`, error);
  };
  const picture = sharp(path);
  const found = await picture.metadata().catch(unreadable);
  if (found.width !== width || found.height !== height) {
    throw new VisionRockError(
      "shape",
      `${path} is ${found.width} × ${found.height}; its row says ${width} × ${height}.`,
      { path },
    );
  }
  const complaint = kind === "rgb" ? turned(found) : inexact(found, kind);
  if (complaint !== null) throw bad(complaint);
  // Without its colour space named, sharp would give the upper eight bits of sixteen.
  const raw = picture.removeAlpha().toColourspace(space).raw({ depth });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch(unreadable);
  if (info.channels !== channels) throw bad(`has ${info.channels} channels, not ${channels}.`);
  const bytes = new Uint8Array(data);
  return depth === "ushort" ? new Uint16Array(bytes.buffer) : bytes;
}

function turned({ orientation = 1 }: Metadata): string | null {
  return orientation === 1
    ? null
    : `is to be turned when it is shown (EXIF orientation ${orientation}), and its boxes may mean the picture before or after. Save it upright without the tag, with boxes to match.`;
}

function inexact(found: Metadata, kind: Exclude<Kind, "rgb">): string | null {
  const { channels, depth } = FORMATS[kind];
  if (kind === "depth" && found.depth === "uchar") {
    return "has 8 bits a pixel; depth needs a grey PNG of 16 bits, in millimetres. Was it exported for viewing?";
  }
  if (found.channels === channels && found.depth === depth) return null;
  const bits = (type: string | undefined) =>
    type === "uchar" ? "8 bits" : type === "ushort" ? "16 bits" : type;
  return `has ${found.channels} channels of ${bits(found.depth)}; ${kind} needs ${channels} of ${bits(depth)}.`;
}
