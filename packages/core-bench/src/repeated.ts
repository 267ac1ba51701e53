import type { Batches } from "@outrigger/core/train/model";

/** An epoch is a few steps on the same full batch. */
export function repeated<H>(source: Batches<H>, size: number): Batches<H> {
  const [batch] = source.epoch(null);
  return { size, samples: source.samples! * size, epoch: () => Array.from({ length: size }, () => batch!) };
}
