import type { Ops } from "./optimizer.ts";

/** Bytes of a WebAssembly instruction stream. */
type Code = number[];

/** Unsigned LEB128, the integer encoding of WebAssembly. */
function unsigned(value: number): Code {
  const code: Code = [];
  let rest = value;
  do {
    const more = rest > 127 ? 128 : 0;
    code.push((rest & 127) | more);
    rest >>>= 7;
  } while (rest > 0);
  return code;
}

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const text = (word: string): Code => vector([...new TextEncoder().encode(word)].map((byte) => [byte]));

/** "\0asm", version 1. */
const magic: Code = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const type = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
const simd = (op: number): Code => [0xfd, ...unsigned(op)];
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
const f32x4 = { splat: 19, squareRoot: 227, add: 228, subtract: 229, multiply: 230, divide: 231 } as const;
const load: Code = [...simd(0), 4, 0];
const store: Code = [...simd(11), 4, 0];

function constant(value: number): Code {
  const lane = [...new Uint8Array(Float32Array.of(value).buffer)];
  return [...simd(12), ...lane, ...lane, ...lane, ...lane];
}

/** What a loop body sees: an element of each array, and the scalars; it returns the new elements of the arrays that it writes. */
export type Body = <V>(op: Ops<V>, elements: readonly V[], scalars: readonly V[]) => ReadonlyMap<number, V>;

/**
 * A WebAssembly module with one function `update(bytes, …offsets of the arrays, …scalars)`: an element-wise loop over float32 arrays of
 * the imported memory, four elements at a time. `bytes` is a multiple of 16, offsets too.
 *
 * It is assembled here, byte by byte, because the loop's body is only known when an optimiser is chosen. The format: WebAssembly Core
 * Specification 2.0, https://www.w3.org/TR/wasm-core-2/
 */
export function assembleLoop(arrays: number, scalars: number, body: Body): Uint8Array<ArrayBuffer> {
  const parameters = [
    type.i32,
    ...new Array<number>(arrays).fill(type.i32),
    ...new Array<number>(scalars).fill(type.f32),
  ];
  const counter = parameters.length;
  let locals = 0;
  const compute: Code = [];
  /** Keeps the value that `code` leaves on the stack in a local of its own. */
  const keep = (code: Code, into: Code): number => {
    const local = counter + 1 + locals++;
    into.push(...code, ...set(local));
    return local;
  };
  const address = (array: number): Code => [...get(1 + array), ...get(counter), 0x6a];

  const prepare: Code = [];
  const spread = Array.from({ length: scalars }, (_, i) =>
    keep([...get(1 + arrays + i), ...simd(f32x4.splat)], prepare),
  );
  const elements = Array.from({ length: arrays }, (_, i) => keep([...address(i), ...load], compute));
  const binary = (op: number) => (a: number, b: number) => keep([...get(a), ...get(b), ...simd(op)], compute);
  const ops: Ops<number> = {
    constant: (value) => keep(constant(value), compute),
    add: binary(f32x4.add),
    subtract: binary(f32x4.subtract),
    multiply: binary(f32x4.multiply),
    divide: binary(f32x4.divide),
    squareRoot: (a) => keep([...get(a), ...simd(f32x4.squareRoot)], compute),
  };
  for (const [array, value] of body(ops, elements, spread)) {
    compute.push(...address(array), ...get(value), ...store);
  }
  // loop: body; counter += 16; again while counter < bytes
  const next: Code = [
    ...get(counter),
    0x41,
    16,
    0x6a,
    ...set(counter),
    ...get(counter),
    ...get(0),
    0x49,
    0x0d,
    0,
  ];
  const code: Code = [...prepare, 0x03, 0x40, ...compute, ...next, 0x0b, 0x0b];
  const declared = vector([
    [1, type.i32],
    [...unsigned(locals), type.v128],
  ]);
  const source = [...declared, ...code];
  return Uint8Array.from([
    ...magic,
    ...section(1, vector([[0x60, ...vector(parameters.map((p) => [p])), 0]])),
    ...section(2, vector([[...text("host"), ...text("memory"), 2, 0, 1]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text("update"), 0, 0]])),
    ...section(10, vector([[...unsigned(source.length), ...source]])),
  ]);
}
