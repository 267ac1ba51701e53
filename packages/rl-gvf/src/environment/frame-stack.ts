import type { ObservationSpace } from "../environment.ts";
import { RlGvfError } from "../error.ts";

/** The last frames of several environments, as channels. */
export interface FrameStack {
  readonly observation: ObservationSpace;
  /** Takes the newest frames, [count, height, width, 1]; where `restarted` is not 0 the older ones are of another episode and become 0. */
  push(frames: ArrayLike<number>, restarted: ArrayLike<number>): void;
  /** [count, height, width, depth], the newest frame last; changed by `push`. */
  readonly stacked: Uint8Array;
}

/**
 * Stacks the last `depth` frames along the channel axis, zeros before the start of an episode.
 *
 * @param observation that of the frames, [height, width, 1] bytes.
 * @throws RlGvfError `shape` if the frames have another shape. Cost a push: O(count · height · width · depth).
 */
export function frameStack(
  { observation, count }: { readonly observation: ObservationSpace; readonly count: number },
  depth = 4,
): FrameStack {
  const [height = 0, width = 0, channels] = observation.shape;
  if (observation.dtype !== "uint8" || channels !== 1 || observation.shape.length !== 3) {
    throw new RlGvfError(
      "shape",
      `Frames to stack are bytes [height, width, 1], not ${observation.dtype} [${observation.shape.join(", ")}].`,
    );
  }
  const cells = height * width;
  const stacked = new Uint8Array(count * cells * depth);
  return {
    observation: { ...observation, shape: [height, width, depth] },
    stacked,
    push(frames, restarted) {
      if (frames.length !== count * cells || restarted.length !== count) {
        throw new RlGvfError(
          "shape",
          `The stack takes ${count} frames of ${cells} pixels, not ${frames.length} pixels.`,
        );
      }
      for (let i = 0; i < count; i++) {
        const first = i * cells * depth;
        if (restarted[i]) stacked.fill(0, first, first + cells * depth);
        for (let cell = 0; cell < cells; cell++) {
          const oldest = first + cell * depth;
          for (let at = oldest; at < oldest + depth - 1; at++) stacked[at] = stacked[at + 1]!;
          stacked[oldest + depth - 1] = frames[i * cells + cell]!;
        }
      }
    },
  };
}
