import { OutriggerError } from "@outrigger/core/error";

/** Writes a packed fingerprint as 0 and 1 into `out` from `offset` on: what a dense layer reads. */
export function unpackBits(packed: Uint8Array, out: Float32Array, offset = 0): void {
  const bits = packed.length * 8;
  if (offset < 0 || offset + bits > out.length)
    throw new OutriggerError(
      "shape",
      `${bits} bits do not fit into ${out.length} numbers from position ${offset} on.`,
      { bits, length: out.length, offset },
    );
  for (let i = 0; i < bits; i++) out[offset + i] = (packed[i >> 3]! >> (i & 7)) & 1;
}

function ones(byte: number): number {
  let left = byte;
  let count = 0;
  for (; left > 0; left &= left - 1) count++;
  return count;
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => ones(byte));

/** Number of bits that are set. */
export const popcount = (packed: Uint8Array): number => packed.reduce((sum, byte) => sum + ONES[byte]!, 0);

/**
 * Tanimoto similarity of two packed fingerprints, |A and B| / |A or B|, from 0 to 1; two empty ones count as equal.
 *
 * @throws OutriggerError `shape` when the lengths differ.
 */
export function tanimoto(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length)
    throw new OutriggerError(
      "shape",
      `Fingerprints of ${a.length * 8} and ${b.length * 8} bits cannot be compared.`,
    );
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    both += ONES[a[i]! & b[i]!]!;
    either += ONES[a[i]! | b[i]!]!;
  }
  return either === 0 ? 1 : both / either;
}
