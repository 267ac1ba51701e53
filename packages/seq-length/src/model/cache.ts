import { array, type NDArray } from "@outrigger/core/graph/index";
import type { DecoderOptions } from "./decoder.ts";

/** Keys and values of one pass through a block, each [batch, heads, room, width]. */
interface KeysAndValues {
  readonly k: NDArray;
  readonly v: NDArray;
}

/** What attention looks at, of all tokens so far; written in place. */
export interface KeyValueCache {
  readonly passes: readonly KeysAndValues[];
  /** int32 [batch, room]: position ids of the tokens. */
  readonly ids: NDArray;
  /** int32 [batch]: how many tokens there are of each sequence. */
  readonly counts: Int32Array;
  readonly room: number;
}

/** An empty cache for sequences of up to `room` tokens. */
export function makeCache(options: Required<DecoderOptions>, batch: number, room: number): KeyValueCache {
  const { size, heads, layers, loops } = options;
  const empty = (): NDArray =>
    array(new Float32Array(batch * room * size), [batch, heads, room, size / heads]);
  return {
    passes: Array.from({ length: layers * loops }, () => ({ k: empty(), v: empty() })),
    ids: array(new Int32Array(batch * room), [batch, room]),
    counts: new Int32Array(batch),
    room,
  };
}

/** Appends the first `taken` of some tokens a sequence. @param made of every pass [batch, heads, tokens, width]. @param positions [batch, tokens]. */
export function store(
  { passes, ids, counts, room }: KeyValueCache,
  made: readonly KeysAndValues[],
  positions: NDArray,
  taken: readonly number[],
): void {
  const [, heads, tokens, width] = made[0]!.k.shape as [number, number, number, number];
  for (const [row, count] of taken.entries()) {
    const at = counts[row]!;
    made.forEach((pass, i) => {
      for (const part of ["k", "v"] as const) {
        const [from, to] = [pass[part].data as Float32Array, passes[i]![part].data as Float32Array];
        for (let head = row * heads; head < (row + 1) * heads; head++) {
          const start = head * tokens * width;
          to.set(from.subarray(start, start + count * width), (head * room + at) * width);
        }
      }
    });
    (ids.data as Int32Array).set(
      (positions.data as Int32Array).subarray(row * tokens, row * tokens + count),
      row * room + at,
    );
    counts[row] = at + count;
  }
}

/** The tokens up to the end token, with it. */
export function cut(tokens: readonly number[], end: number): number[] {
  const at = tokens.indexOf(end);
  return at < 0 ? [...tokens] : tokens.slice(0, at + 1);
}
