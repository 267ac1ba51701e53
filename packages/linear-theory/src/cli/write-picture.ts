import { writeFileSync } from "node:fs";
import { LinearTheoryError } from "../error.ts";
import { type Picture, pictureSvg, png } from "../plot/picture.ts";

/** @throws LinearTheoryError `bad-option` for a name that ends neither in .svg nor in .png, before anything is computed. */
export function checkPictureName(file: string): void {
  if (!/\.(svg|png)$/i.test(file))
    throw new LinearTheoryError("bad-option", `The picture ${file} must end in .svg or .png.`, { file });
}

/** Writes a picture in the format of its name's ending. Throws `bad-option` for other endings, `bad-file` when it cannot be written. */
export function writePicture(file: string, picture: Picture): void {
  checkPictureName(file);
  const svg = pictureSvg(picture);
  writeFile(file, /png$/i.test(file) ? png(svg) : svg);
}

/** Throws `bad-file` when it cannot be written. */
export function writeFile(file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new LinearTheoryError("bad-file", `${file} cannot be written: ${(error as Error).message}.`, {
      file,
    });
  }
}
