import { inflateSync } from "node:zlib";
import { VisionRockError } from "../error.ts";

/** Data types of a MATLAB file of level 5, by number. */
const READERS: Readonly<
  Record<number, readonly [size: number, read: (view: DataView, at: number) => number]>
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
};
const [INT8, MATRIX, COMPRESSED] = [1, 14, 15];
/** Array classes from double to uint64 hold numbers; cells, structures, text and sparse matrices have other layouts. */
const [FIRST_NUMERIC, LAST_NUMERIC] = [6, 15];
const HEADER = 128;

interface Element {
  readonly type: number;
  readonly data: DataView;
  /** Where the next one begins. */
  readonly next: number;
}

/**
 * The arrays of numbers in a MATLAB file of level 5 (`save -v6` or `-v7`, little-endian), column by column. Variables of other kinds are passed
 * over.
 *
 * Source: The MathWorks, "MAT-File Format", Version 5 MAT-files, https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf.
 *
 * @param name what messages call the file.
 * @throws VisionRockError "bad-file".
 */
export function readMat5(bytes: Uint8Array, name: string): Map<string, number[]> {
  const bad = (why: string, cause?: unknown) => new VisionRockError("bad-file", `${name} ${why}`, {}, cause);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // "MI" read as a number says little-endian; version 0x0100 is level 5.
  if (
    view.byteLength < HEADER ||
    view.getUint16(126, true) !== 0x4d49 ||
    view.getUint16(124, true) !== 0x0100
  ) {
    throw bad("is no MATLAB file of level 5 (little-endian), as splits.mat is.");
  }
  try {
    const variables = new Map<string, number[]>();
    for (const { type, data } of elements(view, HEADER)) {
      const matrix = type === COMPRESSED ? unpacked(data) : { type, data };
      if (matrix.type !== MATRIX) continue;
      const [flags, , label, values] = [...elements(matrix.data, 0)];
      const kind = flags!.data.getUint8(0);
      if (kind < FIRST_NUMERIC || kind > LAST_NUMERIC || values === undefined) continue;
      variables.set(String.fromCharCode(...numbers(label!, INT8)), numbers(values));
    }
    return variables;
  } catch (error) {
    throw bad(`is damaged: ${(error as Error).message}`, error);
  }
}

function* elements(view: DataView, start: number): Generator<Element> {
  for (let at = start; at < view.byteLength; ) {
    const element = elementAt(view, at);
    yield element;
    at = element.next;
  }
}

function elementAt(view: DataView, at: number): Element {
  const tag = view.getUint32(at, true);
  // Up to four bytes of data stand in the tag itself, whose upper half then says how many.
  const small = tag >>> 16;
  const part = (from: number, length: number) => new DataView(view.buffer, view.byteOffset + from, length);
  if (small > 0) return { type: tag & 0xffff, data: part(at + 4, small), next: at + 8 };
  const length = view.getUint32(at + 4, true);
  const end = at + 8 + length;
  if (end > view.byteLength) throw new RangeError("it ends too early");
  return { type: tag, data: part(at + 8, length), next: tag === COMPRESSED ? end : Math.ceil(end / 8) * 8 };
}

function unpacked(data: DataView): Element {
  const bytes = inflateSync(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return elementAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
}

function numbers({ type, data }: Element, only?: number): number[] {
  const reader = READERS[type];
  if (reader === undefined || (only !== undefined && type !== only)) {
    throw new RangeError(`data of type ${type} are not expected here`);
  }
  const [size, read] = reader;
  return Array.from({ length: data.byteLength / size }, (_, i) => read(data, i * size));
}
