import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Environment, ObservationBuffer } from "../environment.ts";
import { observationSize } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import { animation as animationOf } from "./animation.ts";
import { picture } from "./picture.ts";

export interface RecordOptions {
  /** The file to write, a GIF or an animated PNG by its ending (`animation`); its folder is made, an older file replaced. */
  readonly path: string;
  /** The action for an observation, which is the same buffer at every step. */
  readonly act: (observation: ObservationBuffer, step: number) => number;
  /** Most steps. Default 1000. */
  readonly steps?: number;
  readonly fps?: number;
  /** Pixels a cell. Default: that of `picture`. */
  readonly scale?: number;
}

/**
 * Plays one episode, from a reset to its end or for a number of steps, and writes it as a GIF or an animated PNG with the first and the
 * last observation.
 *
 * @throws RlGvfError `bad-option` unless steps is a positive whole number and the ending is known; what the policy or the environment throws, and then no
 * file is written.
 */
export async function recordEpisode(
  environment: Environment,
  { path, act, steps = 1000, fps, scale }: RecordOptions,
): Promise<{ return: number; length: number; bytes: number }> {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RlGvfError("bad-option", `The number of steps is a positive whole number, not ${steps}.`);
  }
  const { observation: space } = environment;
  const size = observationSize(space);
  const observation = space.dtype === "uint8" ? new Uint8Array(size) : new Float32Array(size);
  const animation = animationOf(path, { fps });
  environment.reset();
  let total = 0;
  let length = 0;
  for (let over = false; !over && length < steps; length++) {
    environment.observe(observation);
    animation.add(picture(space, observation, { scale }));
    const { reward, terminated, truncated } = environment.step(act(observation, length));
    total += reward;
    over = terminated || truncated;
  }
  environment.observe(observation);
  animation.add(picture(space, observation, { scale }));
  const file = animation.finish();
  await mkdir(dirname(path), { recursive: true });
  // A file that is there is whole.
  const partial = `${path}.${process.pid}.part`;
  await writeFile(partial, file);
  await rename(partial, path);
  return { return: total, length, bytes: file.length };
}
