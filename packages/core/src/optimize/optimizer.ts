/** The arithmetic that an update formula may use, over whatever a lowering calls a value: a line of source, or a tensor. */
export interface Ops<V> {
  constant(value: number): V;
  add(a: V, b: V): V;
  subtract(a: V, b: V): V;
  multiply(a: V, b: V): V;
  divide(a: V, b: V): V;
  squareRoot(a: V): V;
}

/** Step size: a number, or a function of the step t = 1, 2, … */
export type LearningRate = number | ((t: number) => number);

/**
 * An optimiser, written once as an element-wise scalar formula and lowered twice: to one fused loop over flat arrays
 * (`fused-update.ts`) and to tfjs operations inside a graph (`tensor-update.ts`).
 */
export interface Optimizer {
  readonly name: string;
  /** Names of the numbers kept for every parameter, all 0 at first. Identifiers. */
  readonly slots: readonly string[];
  /** Step size of the step t = 1, 2, …, as it was given: without Adam's correction of its first steps. */
  learningRate(t: number): number;
  /** Numbers that depend on the step t = 1, 2, … only, such as the learning rate. Names are identifiers, the same at every step. */
  scalars(t: number): Record<string, number>;
  /** New value of one parameter and of its slots. */
  formula<V>(
    op: Ops<V>,
    x: { param: V; gradient: V; slot: Record<string, V>; scalar: Record<string, V> },
  ): { param: V; slot: Record<string, V> };
}

export function rateAt(learningRate: LearningRate, t: number): number {
  return typeof learningRate === "number" ? learningRate : learningRate(t);
}
