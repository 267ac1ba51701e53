import type { DType, NDArray } from "./array.ts";
import type { Graph, Value } from "./graph.ts";

/** A value that stays where graphs run, between runs: memory of a GPU, a tensor of tfjs, or an array that nobody else sees. */
export class Held {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** What the engine keeps it as. */
  readonly value: unknown;
  /** Gives its memory back; it must not be used again. */
  readonly free: () => void;

  constructor(spec: { shape: readonly number[]; dtype: DType }, value: unknown, free: () => void) {
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.value = value;
    this.free = free;
  }
}

/** Results of a run, in the order of the graph's outputs, then the new values of assigned variables. */
export interface Results {
  /** Those that stay on the device; the caller frees them. */
  readonly held: readonly Held[];
  /** All others. */
  readonly arrays: NDArray[];
}

export type Feeds = ReadonlyMap<Value, NDArray | Held>;

/** A graph that is ready to run on one device. */
export interface Executable {
  /**
   * @param feeds an array, or a value that the same engine holds, for every input that the graph uses
   * @param into arrays to write the results to that do not stay; new ones are made where it has none
   * @throws OutriggerError `out-of-memory` naming op and line where the runtime tells
   */
  run(feeds: Feeds, into?: readonly (NDArray | undefined)[]): Promise<Results>;
  dispose(): Promise<void>;
}

/** A device that graphs can be loaded to. */
export interface Engine {
  /** @param held how many of the first outputs stay on the device */
  load(graph: Graph, held: number): Promise<Executable>;
  /** A copy of the array on the device. */
  hold(array: NDArray): Held;
  /** Copies on the host. */
  read(held: readonly Held[]): Promise<NDArray[]>;
  dispose(): Promise<void>;
}
