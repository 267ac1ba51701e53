import { RlGvfError } from "../error.ts";

/** The version of the protocol; `python/outrigger_bridge.py` has the same number. */
export const PROTOCOL = 1;

export const HELLO = 1;
export const SPEC = 2;
export const RESET = 3;
export const STEP = 4;
export const RESULT = 5;
export const CLOSE = 6;
export const ERROR = 7;

export interface Frame {
  readonly type: number;
  readonly payload: Buffer;
}

const HEADER = 5;

/** Length of the payload (u32, little-endian), type (u8), payload. */
export function encodeFrame(type: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt8(type, 4);
  frame.set(payload, HEADER);
  return frame;
}

export const encodeJson = (type: number, value: unknown): Buffer =>
  encodeFrame(type, Buffer.from(JSON.stringify(value)));

/**
 * Puts frames together from the pieces in which a pipe delivers them.
 *
 * @throws RlGvfError `bridge-protocol` on a header that cannot be one: an unknown type, or more bytes than `limit`.
 */
export class FrameReader {
  readonly #limit: () => number;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Takes a piece, and returns the frames that it completes. */
  add(piece: Buffer): Frame[] {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    if (this.#bytes < HEADER) return undefined;
    const header = this.#joined(HEADER);
    const length = header.readUInt32LE(0);
    const type = header.readUInt8(4);
    if (type < HELLO || type > ERROR || length > this.#limit()) {
      throw new RlGvfError(
        "bridge-protocol",
        `What came from Python is no frame (type ${type}, ${length} bytes): something else writes to its standard output.`,
        { bytes: header.subarray(0, 64).toString("hex") },
      );
    }
    if (this.#bytes < HEADER + length) return undefined;
    const all = this.#joined(HEADER + length);
    this.#pieces = [all.subarray(HEADER + length)];
    this.#bytes -= HEADER + length;
    return { type, payload: all.subarray(HEADER, HEADER + length) };
  }

  /** The first pieces as one, at least `bytes` long; pieces are joined once a frame, when it is complete. */
  #joined(bytes: number): Buffer {
    if (this.#pieces[0]!.length < bytes) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0]!;
  }
}
