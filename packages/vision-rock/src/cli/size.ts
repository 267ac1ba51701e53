import { InvalidArgumentError } from "commander";

/** Sides of a picture in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A parser of 128x96. */
export function size(text: string): Size {
  const found = /^(\d+)[x×](\d+)$/.exec(text.trim());
  const [width, height] = [Number(found?.[1]), Number(found?.[2])];
  if (width >= 1 && height >= 1) return { width, height };
  throw new InvalidArgumentError("Give width and height in pixels, such as 128x96.");
}
