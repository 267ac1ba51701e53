import type { FileHandle } from "node:fs/promises";
import { OutriggerError } from "@outrigger/core/error";
import { nodeModule } from "./node.ts";

/**
 * A file of keys and values that only grows. It is a row of blocks
 *
 *     marker (8 bytes) | length of the body | CRC-32 of the body | body
 *
 * whose bodies are rows of records
 *
 *     length of the key | length of the value | key in UTF-8 | value
 *
 * with lengths and sums as 32-bit little-endian numbers. Whatever is not a whole block is passed over up to the next marker, so a
 * damaged or half-written part costs what it held and nothing else, and needs no repair: what was lost is added anew. A block is
 * appended by one write, which the operating system does not mix with those of other processes. Of a key that was added twice the
 * later value counts.
 */
export interface RecordFile {
  /** Values in the order of the keys, null for those that are not there; reads what other processes have added since, too. */
  find(keys: readonly string[]): Promise<(Uint8Array | null)[]>;
  /** @throws OutriggerError `disk`, or the error of the file system */
  add(records: readonly (readonly [key: string, value: Uint8Array])[]): Promise<void>;
  close(): Promise<void>;
}

// Bytes that no text and no common format has in a row.
const MARKER = Uint8Array.of(0x89, 0x4f, 0x52, 0x46, 0x54, 0x0d, 0x0a, 0x1a);
const HEAD = MARKER.length + 8;
/** Bytes that are read at once. */
const WINDOW = 1 << 18;

function block(records: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [key, value] of records) {
    const name = Buffer.from(key);
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(name.length, 0);
    lengths.writeUInt32LE(value.length, 4);
    parts.push(lengths, name, value);
  }
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(HEAD);
  head.set(MARKER);
  head.writeUInt32LE(body.length, MARKER.length);
  head.writeUInt32LE(nodeModule("node:zlib")!.crc32(body), MARKER.length + 4);
  return Buffer.concat([head, body]);
}

interface Reader {
  /** Bytes from a position on; fewer at the end of the file. They are valid until the next read. */
  read(at: number, length: number): Promise<Buffer>;
  /** Forgets what was read before. */
  renew(): void;
}

function reader(handle: FileHandle): Reader {
  let start = 0;
  let window = Buffer.alloc(0);
  return {
    async read(at, length) {
      const inside = at >= start && at + length <= start + window.length;
      if (!inside) {
        const buffer = Buffer.allocUnsafe(Math.max(length, WINDOW));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
        [start, window] = [at, buffer.subarray(0, bytesRead)];
      }
      return window.subarray(at - start, at - start + length);
    },
    renew() {
      window = Buffer.alloc(0);
    },
  };
}

interface Opened {
  readonly handle: FileHandle;
  readonly file: Reader;
}

/** The body of the block at a position, or null when no whole one stands there before `end`. */
async function body(file: Reader, at: number, end: number): Promise<Buffer | null> {
  const head = await file.read(at, HEAD);
  if (head.length < HEAD || !MARKER.every((byte, i) => head[i] === byte)) return null;
  const length = head.readUInt32LE(MARKER.length);
  const sum = head.readUInt32LE(MARKER.length + 4);
  if (at + HEAD + length > end) return null;
  const found = await file.read(at + HEAD, length);
  return found.length === length && nodeModule("node:zlib")!.crc32(found) === sum ? found : null;
}

/** Where the next marker stands, or null. */
async function nextMarker(file: Reader, from: number): Promise<number | null> {
  for (let at = from; ; at += WINDOW - MARKER.length) {
    const window = await file.read(at, WINDOW);
    const found = window.indexOf(MARKER);
    if (found >= 0) return at + found;
    if (window.length < WINDOW) return null;
  }
}

/** Notes where every record of a block stands. */
function note(places: Map<string, number>, records: Buffer, start: number): void {
  for (let at = 0; at < records.length; ) {
    const [keyLength, valueLength] = [records.readUInt32LE(at), records.readUInt32LE(at + 4)];
    places.set(records.toString("utf8", at + 8, at + 8 + keyLength), start + at);
    at += 8 + keyLength + valueLength;
  }
}

async function valueAt(file: Reader, at: number): Promise<Uint8Array> {
  const lengths = await file.read(at, 8);
  const [keyLength, valueLength] = [lengths.readUInt32LE(0), lengths.readUInt32LE(4)];
  return new Uint8Array(await file.read(at + 8 + keyLength, valueLength));
}

/** Opens a record file, or what will be one: nothing is created before something is added. Memory: some 130 bytes a record. */
export function recordFile(path: string): RecordFile {
  const fs = nodeModule("node:fs/promises")!;
  const places = new Map<string, number>();
  // One opening for all that ask at the same time.
  let opening: Promise<Opened | null> | null = null;
  let known = 0;

  async function opened(): Promise<Opened | null> {
    const own = (opening ??= fs.open(path, "r").then(
      (handle) => ({ handle, file: reader(handle) }),
      () => null,
    ));
    const found = await own;
    // What is not there yet may be the next time.
    if (found === null && opening === own) opening = null;
    return found;
  }

  /** Reads the blocks that came since the last time; an end that is damaged, or still being written, is looked at again. */
  async function refresh(): Promise<Reader | null> {
    const found = await opened();
    if (found === null) return null;
    const { handle, file } = found;
    file.renew();
    const { size } = await handle.stat();
    for (let at: number | null = known; at !== null && at < size; ) {
      const records = await body(file, at, size);
      if (records) note(places, records, at + HEAD);
      if (records) known = at += HEAD + records.length;
      else at = await nextMarker(file, at + 1);
    }
    return file;
  }

  return {
    async find(keys) {
      const file = await refresh();
      const values = keys.map((): Uint8Array | null => null);
      if (file === null) return values;
      // In the order of the file, so that one read serves many.
      const wanted = keys.flatMap((key, i) => (places.has(key) ? [{ i, at: places.get(key)! }] : []));
      for (const { i, at } of wanted.sort((a, b) => a.at - b.at)) values[i] = await valueAt(file, at);
      return values;
    },
    async add(records) {
      const bytes = block(records);
      await fs.mkdir(nodeModule("node:path")!.dirname(path), { recursive: true });
      const end = await fs.open(path, "a");
      try {
        const { bytesWritten } = await end.write(bytes);
        if (bytesWritten < bytes.length)
          throw new OutriggerError(
            "disk",
            `${path} took ${bytesWritten} of ${bytes.length} bytes: the disk is full.`,
          );
      } finally {
        await end.close();
      }
    },
    async close() {
      const found = await opening;
      opening = null;
      await found?.handle.close();
    },
  };
}
