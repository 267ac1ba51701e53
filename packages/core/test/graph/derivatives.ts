import type { Scalar, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { type ArrayData, gradients, type NDArray, trace } from "../../src/graph/index.ts";
import { createOnnxExecutable } from "../../src/graph/run-onnx.ts";
import { simplify } from "../../src/graph/simplify.ts";
import type { Case } from "./case.ts";
import { runOn, tfjsCpu } from "./executors.ts";

/** What a case or its derivative is. */
export type CaseFunction = (x: Tensor[], ids: Tensor[]) => Tensor | Tensor[];
type Numbers = ArrayLike<number>;

/** One derivative of a case, and what it must be. Both are functions of the same arguments. */
export interface Order {
  readonly name: "value" | "gradient" | "second derivative";
  readonly of: (one: Case) => CaseFunction;
  readonly wanted: (one: Case) => Promise<readonly Numbers[]>;
  /** Allowed error on a CPU, in units of the largest element. */
  readonly tolerance: number;
}

/** Weights that break symmetry, and a square so that linear kernels have second derivatives as well. The host makes them: GPUs round cosines loosely. */
export function score(y: Tensor): Scalar {
  const weights = tf.tensor1d(Array.from({ length: y.size }, (_, i) => Math.cos(0.3 + 0.7 * i)));
  const flat = tf.reshape(tf.cast(y, "float32"), [-1]);
  return tf.sum(tf.mul(weights, tf.add(flat, tf.mul(tf.square(flat), 0.3))));
}

const first =
  ({ f }: Case): CaseFunction =>
  (x, ids) =>
    gradients([score(f(x, ids))], x)[0] as Tensor[];

/** Direction v of the second derivative, one tensor an input. */
const direction = (shape: readonly number[], phase: number): number[] =>
  Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(1 + i * 1.3 + phase));

/** H·v: the gradient of ⟨v, gradient⟩. */
const second =
  (one: Case): CaseFunction =>
  (x, ids) => {
    const along = (first(one)(x, ids) as Tensor[]).map((g, i) =>
      tf.sum(tf.mul(g, tf.tensor(direction(g.shape, i), g.shape))),
    );
    return gradients([tf.addN(along) as Scalar], x)[0] as Tensor[];
  };

/** The leaves of a case's arguments, in the order of its graph's inputs. */
export const argumentsOf = (one: Case): NDArray[] => [...one.x, ...(one.ids ?? [])];

const prepare = Error.prepareStackTrace?.bind(Error);

/** Calls a function under which no error has frames: a trace reads the stack of every op, and here nobody asks for its line. */
function withoutFrames<T>(f: () => T): T {
  Error.prepareStackTrace = String;
  try {
    return f();
  } finally {
    Error.prepareStackTrace = prepare;
  }
}

/** The graph of a function of a case's arguments. */
export const graphOf = (f: CaseFunction, one: Case): Graph =>
  withoutFrames(() => trace(f)(one.x as never, (one.ids ?? []) as never));

/** A function of the float inputs in double precision, to be called at several points and then disposed of. */
async function inDouble(
  f: CaseFunction,
  one: Case,
): Promise<{ at(x: readonly Float64Array[]): Promise<Float64Array[]>; dispose(): Promise<void> }> {
  const graph = simplify(graphOf(f, one));
  const executable = await createOnnxExecutable(graph, { double: true });
  const at = async (x: readonly Float64Array[]): Promise<Float64Array[]> => {
    const floats = one.x.map((spec, i) => ({ ...spec, data: x[i] as unknown as ArrayData }));
    const all = [...floats, ...(one.ids ?? [])];
    const feeds = new Map<Value, NDArray>(graph.inputs.map(({ value }, i) => [value, all[i]!]));
    return (await executable.run(feeds)).map(({ data }) => data as unknown as Float64Array);
  };
  return { at, dispose: () => executable.dispose() };
}

/** Central differences of the gradient along `direction`, all in double. */
async function numericSecond(one: Case): Promise<Float64Array[]> {
  const epsilon = 1e-5;
  const gradient = await inDouble(first(one), one);
  const moved = (sign: number): Float64Array[] =>
    one.x.map(({ data, shape }, i) => {
      const v = direction(shape, i);
      return Float64Array.from(data, (d, j) => d + sign * epsilon * v[j]!);
    });
  const [plus, minus] = [await gradient.at(moved(1)), await gradient.at(moved(-1))];
  await gradient.dispose();
  return plus.map((p, i) => p.map((v, j) => (v - minus[i]![j]!) / (2 * epsilon)));
}

/** Central differences of the score itself, in double: the reference where tfjs has no gradient, or a wrong one. */
async function numericFirst(one: Case): Promise<Float64Array[]> {
  const epsilon = 1e-6;
  const value = await inDouble((x, ids) => score(one.f(x, ids)), one);
  const x = one.x.map(({ data }) => Float64Array.from(data));
  const found = x.map(({ length }) => new Float64Array(length));
  for (const [i, values] of x.entries()) {
    for (const [j, before] of values.entries()) {
      values[j] = before + epsilon;
      const above = (await value.at(x))[0]![0]!;
      values[j] = before - epsilon;
      found[i]![j] = (above - (await value.at(x))[0]![0]!) / (2 * epsilon);
      values[j] = before;
    }
  }
  await value.dispose();
  return found;
}

const tensors = (arrays: readonly NDArray[] = []): Tensor[] =>
  arrays.map(({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype));

async function tfjsValue(one: Case): Promise<readonly Numbers[]> {
  if (!one.own) return tf.tidy(() => [one.f(tensors(one.x), tensors(one.ids)).dataSync()]);
  const results = await runOn(tfjsCpu, simplify(graphOf(one.f, one)), argumentsOf(one));
  return results.map(({ data }) => data);
}

async function tfjsGradient(one: Case): Promise<readonly Numbers[]> {
  if (one.own || one.numeric) return numericFirst(one);
  return tf.tidy(() =>
    tf
      .grads((...x: Tensor[]) => score(one.f(x, tensors(one.ids))))(tensors(one.x))
      .map((g) => g.dataSync()),
  );
}

/** tfjs on its cpu backend is the reference of values and gradients, differences in double that of second derivatives. */
const orders: readonly Order[] = [
  { name: "value", of: ({ f }) => f, wanted: tfjsValue, tolerance: 1e-5 },
  { name: "gradient", of: first, wanted: tfjsGradient, tolerance: 1e-5 },
  { name: "second derivative", of: second, wanted: numericSecond, tolerance: 1e-4 },
];

/** What there is to differentiate in a case. */
export const ordersOf = ({ flat }: Case): readonly Order[] => (flat ? orders.slice(0, 1) : orders);
