import type { NDArray } from "./array.ts";
import type { Value } from "./graph.ts";

/** A graph that is ready to run on one device. */
export interface Executable {
  /**
   * @param feeds an array for every input that the graph uses
   * @param into arrays to write the outputs to, in the order of the outputs; new ones are made where it has none
   * @returns the outputs, then the new values of assigned variables
   */
  run(feeds: ReadonlyMap<Value, NDArray>, into?: readonly (NDArray | undefined)[]): Promise<NDArray[]>;
  dispose(): Promise<void>;
}
