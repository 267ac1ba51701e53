import type { Random } from "../random.ts";
import { type NDArray, sizeOf } from "./array.ts";
import type { RandomInput, Value } from "./graph.ts";

interface Drawn extends RandomInput {
  readonly data: Float32Array;
}

/** The random masks of a compiled function. Their arrays are kept and drawn over on every run. */
export class Masks {
  readonly feeds: ReadonlyMap<Value, NDArray>;
  private readonly groups: readonly (readonly Drawn[])[];

  constructor(inputs: readonly RandomInput[]) {
    const drawn = inputs.map(
      (input): Drawn => ({ ...input, data: new Float32Array(sizeOf(input.value.shape)) }),
    );
    this.feeds = new Map(
      drawn.map(({ value, data }) => [value, { shape: value.shape, dtype: value.dtype, data }]),
    );
    const groups = drawn.map((mask) =>
      drawn.filter((other) => (mask.scan ? other.scan === mask.scan : other === mask)),
    );
    this.groups = groups.filter((group, i) => group[0] === drawn[i]);
  }

  /** Draws all masks. Those of a scan are drawn step by step, so that k steps in one call see the masks of k calls. */
  draw(random: Random): void {
    for (const group of this.groups) {
      const steps = group[0]!.scan?.steps ?? 1;
      for (let step = 0; step < steps; step++) {
        for (const { data, keep } of group) {
          const size = data.length / steps;
          random.bernoulli(data.subarray(step * size, (step + 1) * size), keep);
        }
      }
    }
  }
}
