import { crc32c } from "../data/crc32c.ts";
import { OutriggerError } from "../error.ts";
import { type DType, emptyData, type NDArray, sizeOf } from "../graph/array.ts";

/** Arrays by name, and texts by name. */
export interface Archive {
  readonly arrays: ReadonlyMap<string, NDArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

const names: Readonly<Record<DType, string>> = { float32: "F32", int32: "I32", bool: "BOOL" };
const dtypes = new Map(Object.entries(names).map(([dtype, name]) => [name, dtype as DType]));
/** Integers of 64 bits, which other writers keep counters in; they are read, not written. */
const long = "I64";
/** What the header is padded with. */
const blank = 0x20;
/** Where the checksum stands among the texts, and what stands in its place while it is computed. */
const sumKey = "crc32c";
const noSum = "00000000";
const bytesOf = ({ data }: NDArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Copies integers of 64 bits into such of 32; false if one does not fit. */
function narrow(stored: Uint8Array, into: NDArray["data"]): boolean {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  for (let i = 0; i < into.length; i++) {
    const value = view.getBigInt64(8 * i, true);
    if (BigInt.asIntN(32, value) !== value) return false;
    into[i] = Number(value);
  }
  return true;
}

/** Where the checksum's digits stand in a header, or -1. */
function sumAt(json: Uint8Array): number {
  const entry = `"${sumKey}":"`;
  const at = new TextDecoder("latin1").decode(json).indexOf(entry);
  return at < 0 ? -1 : at + entry.length;
}

/** CRC-32C of header and arrays, in hexadecimal; its own place in the header counts as zeros. */
function sumOf(json: Uint8Array, at: number, arrays: Iterable<Uint8Array>): string {
  // A copy, which slice() of Node's Buffer is not.
  const header = Uint8Array.from(json);
  header.set(new TextEncoder().encode(noSum), at);
  let sum = crc32c(header);
  for (const bytes of arrays) sum = crc32c(bytes, sum);
  return sum.toString(16).padStart(noSum.length, "0");
}

/**
 * An archive as bytes in the safetensors format: length of the header (8 bytes, little endian), header (JSON, padded with blanks to
 * a multiple of 8), then the arrays one behind the other. https://github.com/huggingface/safetensors#format
 *
 * The format has no checksum of its own; a CRC-32C stands among the texts as `crc32c`, so that {@link decodeSafetensors} tells one changed bit.
 *
 * @returns chunks to be written in order; arrays are not copied.
 */
export function encodeSafetensors({ arrays, metadata }: Archive): Uint8Array[] {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { [sumKey]: noSum, ...metadata } };
  for (const [name, array] of arrays) {
    const end = offset + array.data.byteLength;
    header[name] = { dtype: names[array.dtype], shape: array.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const unpadded = new TextEncoder().encode(JSON.stringify(header));
  const json = new Uint8Array(Math.ceil(unpadded.length / 8) * 8).fill(blank);
  json.set(unpadded);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  const chunks = [...arrays.values()].map(bytesOf);
  const at = sumAt(json);
  json.set(new TextEncoder().encode(sumOf(json, at, chunks)), at);
  return [length, json, ...chunks];
}

/**
 * Reads what {@link encodeSafetensors} (or another writer) wrote; arrays are copies.
 *
 * @param name file name, for messages.
 * @throws OutriggerError "bad-file" if the file is cut off, not in this format, or its arrays overlap, leave gaps, lie outside
 * of the file or have an element type other than F32, I32, BOOL and I64 (which becomes `int32`), a number beyond 32 bits, or if it has a checksum and another is found.
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): Archive {
  const bad = (why: string): OutriggerError =>
    new OutriggerError(
      "bad-file",
      `${name} is not a sound safetensors file: ${why}. Delete it, or restore a copy.`,
      {
        path: name,
      },
    );
  if (bytes.length < 8) throw bad(`it has ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) throw bad("its header is cut off");
  let header: Record<string, Entry | Record<string, string>>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw bad("its header is not JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header))
    throw bad("its header is not a JSON object");
  const { __metadata__: texts = {}, ...rest } = header;
  const isText = (value: unknown): boolean => typeof value === "string";
  if (texts === null || typeof texts !== "object" || !Object.values(texts).every(isText))
    throw bad("its metadata are not texts");
  const { [sumKey]: sum, ...metadata } = texts as Record<string, string>;
  const json = bytes.subarray(8, 8 + length);
  const body = bytes.subarray(8 + length);
  if (sum !== undefined && (sumAt(json) < 0 || sumOf(json, sumAt(json), [body]) !== sum))
    throw bad("some of its bytes have changed since it was written");
  const entries = Object.entries(rest as Record<string, Entry>);
  for (const [key, entry] of entries) {
    const { shape, data_offsets: range } = entry ?? {};
    const sound = Array.isArray(shape) && Array.isArray(range) && range.length === 2;
    if (!sound || ![...shape, ...range].every((n) => Number.isInteger(n) && n >= 0))
      throw bad(`"${key}" has no sound entry`);
  }
  entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  let end = 0;
  const arrays = new Map<string, NDArray>();
  for (const [
    key,
    {
      dtype: code,
      shape,
      data_offsets: [from, to],
    },
  ] of entries) {
    const dtype = code === long ? "int32" : dtypes.get(code);
    if (dtype === undefined)
      throw bad(`"${key}" has element type ${code}, which is none of ${[...dtypes.keys(), long].join(", ")}`);
    if (from !== end)
      throw bad(`"${key}" ${from < end ? "overlaps the array before it" : "leaves a gap before it"}`);
    if (to > body.length) throw bad(`"${key}" is cut off`);
    const size = sizeOf(shape);
    const width = code === long ? 8 : dtype === "bool" ? 1 : 4;
    if (to - from !== size * width)
      throw bad(`"${key}" has ${to - from} bytes for shape [${shape.join(", ")}] of ${code}`);
    const array: NDArray = { dtype, shape, data: emptyData(dtype, size) };
    const stored = body.subarray(from, to);
    if (code === long && !narrow(stored, array.data)) throw bad(`"${key}" has a number beyond 32 bits`);
    else if (code !== long) bytesOf(array).set(stored);
    arrays.set(key, array);
    end = to;
  }
  if (end !== body.length) throw bad(`${body.length - end} bytes follow its last array`);
  return { arrays, metadata };
}
