import { RlGvfError } from "../error.ts";
import type { Picture } from "./picture.ts";

/** An animation in the making. */
export interface Animation {
  /** @throws RlGvfError `shape` if the picture has another size than the first. */
  add(picture: Picture): void;
  /** The file; nothing can be added afterwards. @throws RlGvfError `bad-option` if there is no frame. */
  finish(): Uint8Array;
}

export interface AnimationOptions {
  /** Frames a second. Default 15: Atari's agents act 15 times a second. */
  readonly fps?: number | undefined;
}

/** Writes pictures of any size, one after the other. */
export interface FrameWriter {
  write(picture: Picture): void;
  finish(): Uint8Array;
}

/** An animation whose frames are all of the first one's size. @throws RlGvfError `bad-option` unless 0 < fps ≤ 100. */
export function frames({ fps = 15 }: AnimationOptions, writer: (fps: number) => FrameWriter): Animation {
  if (!(fps > 0 && fps <= 100)) {
    throw new RlGvfError(
      "bad-option",
      `An animation has more than 0 and at most 100 frames a second, not ${fps}.`,
      { fps },
    );
  }
  const to = writer(fps);
  let size: readonly [number, number] | undefined;
  return {
    add(picture) {
      size ??= [picture.width, picture.height];
      if (size[0] !== picture.width || size[1] !== picture.height) {
        throw new RlGvfError(
          "shape",
          `The frames are ${size.join(" × ")} pixels; this one is ${picture.width} × ${picture.height}.`,
        );
      }
      to.write(picture);
    },
    finish() {
      if (size === undefined) throw new RlGvfError("bad-option", "An animation needs at least one frame.");
      return to.finish();
    },
  };
}
