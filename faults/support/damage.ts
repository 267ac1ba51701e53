import type { Random } from "@outrigger/core/random";
import { pick } from "./fault.ts";

const kinds = ["cut off", "bit", "zeros", "twice", "longer", "hole"] as const;

/** Bytes as a broken disk, a cut connection or a wrong editor leaves them; the place is anywhere, so every region gets its turn. Never the same bytes. */
export function damaged(
  random: Random,
  bytes: Uint8Array,
  kind: (typeof kinds)[number] = pick(random, kinds),
): Buffer {
  const whole = Buffer.from(bytes);
  const at = random.integer(whole.length);
  const length = 1 + random.integer(Math.min(64, whole.length - at));
  switch (kind) {
    case "cut off":
      return whole.subarray(0, at);
    case "bit":
      whole[at]! ^= 1 << random.integer(8);
      return whole;
    case "zeros":
      if (whole.subarray(at, at + length).every((byte) => byte === 0)) return whole.subarray(0, at);
      return whole.fill(0, at, at + length);
    case "twice":
      return Buffer.concat([whole.subarray(0, at + length), whole.subarray(at)]);
    case "longer":
      return Buffer.concat([whole, Buffer.alloc(length, random.integer(256))]);
    default:
      return Buffer.concat([whole.subarray(0, at), whole.subarray(at + length)]);
  }
}

/** Values that JSON can hold where another was meant, and numbers that a command line can. */
const odd: readonly unknown[] = [
  null,
  true,
  "",
  "no such thing",
  "../../etc/passwd",
  "__proto__",
  "<script>",
  -1,
  0,
  0.5,
  1e9,
  1e308,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  [],
  {},
  [null],
  [[]],
  ["constructor"],
  { name: "toString" },
  [1, 2, 3],
];

/** A value with some of its parts, at any depth, replaced, taken away or added to. */
export function distorted(random: Random, value: unknown): unknown {
  const deep = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!deep || random.uniform() < 0.1) return pick(random, odd);
  const key = pick(random, Object.keys(value));
  if (Array.isArray(value)) {
    const at = Number(key);
    if (random.uniform() < 0.2) return value.toSpliced(at, 1);
    return value.with(at, distorted(random, value[at]));
  }
  const record = value as Record<string, unknown>;
  if (random.uniform() < 0.15)
    return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
  if (random.uniform() < 0.1)
    return { ...record, [pick(random, ["extra", "__proto__ ", "seedd"])]: pick(random, odd) };
  return { ...record, [key]: distorted(random, record[key]) };
}
