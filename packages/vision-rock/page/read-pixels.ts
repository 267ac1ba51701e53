import type { Picture } from "../src/folder/read-picture.ts";

/** More would not be seen by a detector, and would keep the page waiting. */
const LONGEST = 1280;

/**
 * The pixels of a chosen file as a detector takes them: turned as its EXIF tag says, transparent parts before white, at most 1,280 pixels long.
 *
 * @throws Error for what the browser cannot read as a picture
 */
export async function readPixels(file: File): Promise<Picture> {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => {
    throw new Error(`${file.name} cannot be read as a picture.`);
  });
  const shrink = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) =>
    Math.max(1, Math.round(side * shrink)),
  ) as [number, number];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  image.close();
  const { data } = context.getImageData(0, 0, width, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) rgb.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, rgb };
}
