import sharp from "sharp";
import { VisionRockError } from "../error.ts";

/** A picture as a detector takes it. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], sRGB bytes. */
  readonly rgb: Uint8Array;
}

/**
 * Reads any picture that sharp reads (JPEG, PNG, WebP, AVIF, GIF, TIFF) the way a viewer shows it: turned as its EXIF tag says, grey and CMYK as
 * sRGB, sixteen bits as eight, transparent parts before white, the first frame of an animation.
 *
 * Cost: decoding; some 20 ms for 640 × 480.
 *
 * @param file a path, or the bytes of the file.
 * @throws VisionRockError "bad-file" for what is missing, truncated or no picture.
 */
export async function readPicture(file: string | Uint8Array): Promise<Picture> {
  const name = typeof file === "string" ? file : "The picture";
  try {
    const { data, info } = await sharp(file)
      .autoOrient()
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
  } catch (error) {
    throw new VisionRockError(
      "bad-file",
      `${name} cannot be read as a picture: ${(error as Error).message}`,
      typeof file === "string" ? { path: file } : {},
      error,
    );
  }
}
