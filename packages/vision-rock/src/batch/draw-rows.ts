import type { Random } from "@outrigger/core/random";
import { VisionRockError } from "../error.ts";
import type { CompactSample } from "./compact-sample.ts";

/** All rows in random order, then all again in another, without end. */
function* shuffled(rows: readonly number[], random: Random): Generator<number, never> {
  for (;;) for (const i of random.permutation(rows.length)) yield rows[i]!;
}

/**
 * Draws the rows of one batch after the other: random orders of all samples, or of those with boxes for the first `boxed` rows of every batch and of
 * those without for the rest.
 *
 * @throws VisionRockError "bad-option" for a `boxed` that is not from 1 to the batch size, or samples that lack one of the two kinds
 */
export function drawRows(
  samples: readonly Pick<CompactSample, "has">[],
  { batchSize, boxed }: { readonly batchSize: number; readonly boxed?: number | undefined },
): (random: Random) => () => number[] {
  const all = [...samples.keys()];
  const kinds =
    boxed === undefined
      ? [{ rows: all, count: batchSize }]
      : [
          { rows: all.filter((i) => samples[i]!.has.detection), count: boxed },
          { rows: all.filter((i) => !samples[i]!.has.detection), count: batchSize - boxed },
        ];
  const least = boxed === undefined ? 1 : 0;
  const wrong = kinds.find(
    ({ rows, count }) => !Number.isInteger(count) || count < least || (count > 0 && rows.length === 0),
  );
  if (wrong !== undefined || boxed === 0) {
    const [have = 0, lack = 0] = kinds.map(({ rows }) => rows.length);
    const said = `boxed is ${boxed} of ${batchSize} rows, with ${have} samples that have boxes and ${lack} that have none`;
    throw new VisionRockError("bad-option", `${said}. Give 1 to ${batchSize}, and samples of both kinds.`);
  }
  return (random) => {
    const sources = kinds.map(({ rows, count }) => ({ rows: shuffled(rows, random), count }));
    return () => sources.flatMap(({ rows, count }) => Array.from({ length: count }, () => rows.next().value));
  };
}
