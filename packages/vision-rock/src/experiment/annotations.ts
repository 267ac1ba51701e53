import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import type { CompactSample } from "../batch/compact-sample.ts";

/** The sample as if nobody had drawn boxes in it. */
export const withoutBoxes = (sample: CompactSample): CompactSample => ({
  ...sample,
  objects: [],
  instances: new Uint8Array(sample.instances.length),
  has: { ...sample.has, detection: false },
});

/**
 * Samples whose scene, depth and normals are those of another sample, each given away once, by one cycle through all of them; pictures and boxes stay.
 *
 * @throws OutriggerError "bad-option" for a single sample, which has no other
 */
export function shuffledAuxiliaries(samples: readonly CompactSample[], random: Random): CompactSample[] {
  if (samples.length < 2)
    throw new OutriggerError("bad-option", "Auxiliaries are shuffled among two samples or more.");
  const order = random.permutation(samples.length);
  const giver = new Map(order.map((row, i) => [row, order[(i + 1) % order.length]!]));
  return samples.map((sample, row) => {
    const { scene, depth, normals, has } = samples[giver.get(row)!]!;
    return { ...sample, scene, depth, normals, has: { ...has, detection: sample.has.detection } };
  });
}
