import protobuf from "protobufjs";
import { crc32c } from "../../data/crc32c.ts";
import { OutriggerError } from "../../error.ts";

/**
 * The part of TensorFlow's event.proto and summary.proto that scalars need; field numbers are the format's, and so is the `oneof`: outside of
 * one a value of 0 would not be written at all.
 */
const schema = `
syntax = "proto3";
package tensorboard;
message Value { string tag = 1; oneof value { float simple_value = 2; } }
message Summary { repeated Value value = 1; }
message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
`;

const type = protobuf.parse(schema, { keepCase: true }).root.lookupType("tensorboard.Event");

/** One record of an event file: the version of the format (the first), or scalars of a step. */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wall_time: number;
  readonly step?: number;
  readonly file_version?: string;
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simple_value?: number }[] };
}

/** TensorFlow's mask, which keeps the checksum of bytes that contain checksums from being trivial. */
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

/** The bytes of a record: length (8), its checksum (4), the event, its checksum (4); little-endian. */
export function encodeEvent(event: ScalarEvent): Uint8Array {
  const data = type.encode(type.fromObject(event)).finish();
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return bytes;
}

/**
 * The records of an event file and where each ends; a record that was cut off at the end is left out.
 *
 * @throws OutriggerError "bad-file" where a checksum is wrong.
 */
export function decodeEvents(bytes: Uint8Array): { readonly event: ScalarEvent; readonly end: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: { event: ScalarEvent; end: number }[] = [];
  const check = (from: number, to: number): void => {
    if (view.getUint32(to, true) === masked(bytes.subarray(from, to))) return;
    throw new OutriggerError("bad-file", `the event file has a wrong checksum at byte ${to}: delete it`, {
      at: to,
    });
  };
  for (let start = 0; start + 16 <= bytes.length; ) {
    check(start, start + 8);
    const end = start + 12 + Number(view.getBigUint64(start, true));
    if (end + 4 > bytes.length) break;
    check(start + 12, end);
    const event = type.toObject(type.decode(bytes.subarray(start + 12, end)), { longs: Number });
    events.push({ event: event as ScalarEvent, end: end + 4 });
    start = end + 4;
  }
  return events;
}
