import { crc32c } from "@outrigger/core/data/crc32c";
import { OutriggerError } from "@outrigger/core/error";
import { array, type NDArray } from "@outrigger/core/graph/index";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import { describe, expect, it } from "vitest";

const arrays = new Map<string, NDArray>([
  ["a", array([1.5, -0, Number.POSITIVE_INFINITY, 3e-45], [2, 2])],
  ["empty", array([], [0, 3])],
  ["ids", array(Int32Array.from([-1, 2 ** 31 - 1]))],
  ["mask", array(Uint8Array.from([0, 1, 1]))],
]);
const encoded = (): Buffer => Buffer.concat(encodeSafetensors({ arrays, metadata: { note: "α\n" } }));

/** A file with this header and this number of bytes behind it. */
function file(header: unknown, bytes: number): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(bytes)]);
}
const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = "F32"): unknown => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe("CRC-32C", () => {
  it("is the same in any pieces", () => {
    const bytes = Uint8Array.from({ length: 50 }, (_, i) => (i * 37) % 256);
    for (let at = 0; at <= bytes.length; at++)
      expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
  });
});

describe("safetensors", () => {
  it("gives back every bit, shape, element type and text", () => {
    const found = decodeSafetensors(encoded(), "x");
    expect(found.metadata).toEqual({ note: "α\n" });
    expect([...found.arrays.keys()].sort()).toEqual(["a", "empty", "ids", "mask"]);
    for (const [name, { dtype, shape, data }] of found.arrays) {
      expect({ dtype, shape }).toEqual({ dtype: arrays.get(name)!.dtype, shape: arrays.get(name)!.shape });
      expect(Buffer.from(data.buffer).equals(Buffer.from(arrays.get(name)!.data.buffer))).toBe(true);
    }
  });

  it("writes the layout that other readers expect", () => {
    const bytes = encoded();
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, unknown>;
    expect(length % 8).toBe(0);
    expect(header.a).toEqual({ dtype: "F32", shape: [2, 2], data_offsets: [0, 16] });
    expect(header.ids).toEqual({ dtype: "I32", shape: [2], data_offsets: [16, 24] });
    expect(bytes.readFloatLE(8 + length)).toBe(1.5);
  });

  it("reads a view that does not start at the buffer's start", () => {
    const shifted = Buffer.concat([Buffer.alloc(3), encoded()]).subarray(3);
    expect(decodeSafetensors(shifted, "x").arrays.get("ids")!.data[1]).toBe(2 ** 31 - 1);
  });

  it("leaves the bytes that it reads as they are", () => {
    const bytes = encoded();
    const before = Uint8Array.from(bytes);
    decodeSafetensors(bytes, "x");
    expect(Uint8Array.from(bytes)).toEqual(before);
  });

  it("reads integers of 64 bits that fit in 32, and refuses others", () => {
    const bytes = file({ a: entry(0, 16, [2], "I64") }, 16);
    bytes.writeBigInt64LE(-(2n ** 31n), bytes.length - 16);
    bytes.writeBigInt64LE(7n, bytes.length - 8);
    const { dtype, data } = decodeSafetensors(bytes, "x").arrays.get("a")!;
    expect([dtype, ...data]).toEqual(["int32", -(2 ** 31), 7]);
    bytes.writeBigInt64LE(2n ** 31n, bytes.length - 8);
    expect(() => decodeSafetensors(bytes, "x")).toThrow('"a" has a number beyond 32 bits');
  });

  it("refuses a file cut off anywhere", () => {
    const whole = encoded();
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length), "cut.safetensors"), `${length}`).toThrow(
        /cut.safetensors is not/,
      );
    }
  });

  it("tells any bit that has changed, in header and arrays", () => {
    const whole = encoded();
    for (let at = 0; at < whole.length; at++) {
      const other = Buffer.from(whole);
      other[at]! ^= 1 << (at % 8);
      let read: unknown;
      try {
        read = decodeSafetensors(other, "x");
      } catch (error) {
        expect(error).toBeInstanceOf(OutriggerError);
        continue;
      }
      // A changed name of the checksum is one more text, and takes nothing from the rest.
      expect(read).toMatchObject({ arrays, metadata: { note: "α\n" } });
    }
  });

  it("reads files without a checksum, as others write them, and a text that looks like one", () => {
    expect(decodeSafetensors(file({ a: entry(0, 8) }, 8), "x").arrays.get("a")!.shape).toEqual([2]);
    const metadata = { note: '"crc32c":"12345678"' };
    const bytes = Buffer.concat(encodeSafetensors({ arrays, metadata }));
    expect(decodeSafetensors(bytes, "x").metadata).toEqual(metadata);
  });

  it.each([
    ["metadata that are no record", { __metadata__: null }, 0, "metadata are not texts"],
    ["metadata that are no texts", { __metadata__: { note: 3 } }, 0, "metadata are not texts"],
    ["a header that is a list", [], 0, "not a JSON object"],
    ["overlapping arrays", { a: entry(0, 8), b: entry(4, 12) }, 12, "overlaps"],
    ["gaps", { a: entry(0, 8), b: entry(12, 16) }, 16, "gap"],
    ["arrays outside of the file", { a: entry(0, 800) }, 8, "cut off"],
    ["bytes left over", { a: entry(0, 8) }, 12, "4 bytes follow"],
    ["another size than the shape", { a: entry(0, 8, [3]) }, 8, "8 bytes for shape [3]"],
    ["unknown element types", { a: entry(0, 8, [4], "BF16") }, 8, "BF16"],
    ["negative shapes", { a: entry(0, 8, [-1, -2]) }, 8, "no sound entry"],
    ["entries that are none", { a: 3 }, 0, "no sound entry"],
    ["headers that are no JSON", "{oops", 0, "not JSON"],
    ["headers that are no record", "null", 0, "not a JSON object"],
  ])("refuses %s", (_, header, bytes, says) => {
    expect(() => decodeSafetensors(file(header, bytes), "x")).toThrow(says);
  });
});
