import { OutriggerError } from "../error.ts";
import type { Optimizer } from "./optimizer.ts";
import { assembleLoop } from "./simd.ts";

/** A part of a flat array: from the first index up to, and without, the second. */
export type Range = readonly [from: number, to: number];

/** Flat arrays of a run, side by side in one memory, and the optimiser's step over them. */
export interface FusedUpdate {
  readonly param: Float32Array;
  readonly gradient: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** Changes `param` and `slots` in place; `gradient` is only read. Steps count from t = 1. */
  readonly update: (t: number) => void;
}

const pageBytes = 65_536;

/** What is used of WebAssembly: Node's typings leave its values out, and those of the DOM do not belong here. */
interface Api {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (code: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}
const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;

/**
 * An optimiser as one loop over flat arrays of `size` numbers, four at a time in WebAssembly, generated from its formula. Arithmetic is in
 * float32, as in the graph; everything is read and written once.
 *
 * The arrays lie in the loop's own memory, zeroed at first: fill `param`, let every step write its gradient to `gradient`.
 *
 * Cost: one pass over memory, and two copies of what is frozen; (2 + slots) · 4 · size bytes.
 *
 * @param frozen where parameters and slots keep their bytes, whatever gradient and weight decay are
 * @throws OutriggerError `bad-option` when `size` is no positive integer or the arrays exceed 4 GiB, WebAssembly's limit
 */
export function fusedUpdate(optimizer: Optimizer, size: number, frozen: readonly Range[] = []): FusedUpdate {
  const padded = Math.ceil(size / 4) * 4;
  const names = ["param", "gradient", ...optimizer.slots];
  const pages = Math.ceil((names.length * padded * 4) / pageBytes);
  if (!Number.isInteger(size) || size < 1 || pages > 65_536) {
    const said = `${optimizer.name} over ${size} parameters does not fit into one memory of 4 GiB`;
    throw new OutriggerError("bad-option", `${said}: give a positive whole number below it.`, { size });
  }
  const memory = new Memory({ initial: pages });
  const offsets = names.map((_, i) => i * padded * 4);
  const arrays = offsets.map((offset) => new Float32Array(memory.buffer, offset, size));
  const scalarNames = Object.keys(optimizer.scalars(1));
  const code = assembleLoop(names.length, scalarNames.length, (op, [param, gradient, ...slots], scalars) => {
    const named = <V>(keys: readonly string[], values: readonly V[]): Record<string, V> =>
      Object.fromEntries(keys.map((key, i) => [key, values[i]!]));
    const slot = named(optimizer.slots, slots);
    const result = optimizer.formula(op, {
      param: param!,
      gradient: gradient!,
      slot,
      scalar: named(scalarNames, scalars),
    });
    return new Map([
      [0, result.param] as const,
      ...optimizer.slots.map((name, i) => [i + 2, result.slot[name]!] as const),
    ]);
  });
  const [param, gradient, ...slots] = arrays as [Float32Array, Float32Array, ...Float32Array[]];
  const changed = [param, ...slots];
  const instance = new Instance(new Module(code), { host: { memory } });
  const loop = instance.exports["update"] as (...args: number[]) => void;
  return {
    param,
    gradient,
    slots: Object.fromEntries(optimizer.slots.map((name, i) => [name, slots[i]!])),
    update(t) {
      const scalars = optimizer.scalars(t);
      // The loop takes four numbers at a time, wherever a range ends.
      const before = frozen.map(([from, to]) => changed.map((data) => data.slice(from, to)));
      loop(padded * 4, ...offsets, ...scalarNames.map((name) => scalars[name]!));
      for (const [i, [from]] of frozen.entries()) {
        for (const [j, data] of changed.entries()) data.set(before[i]![j]!, from);
      }
    },
  };
}
