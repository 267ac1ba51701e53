import tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { Random } from "../random.ts";
import { type ArrayData, leaves, mapTree, type NDArray, type Tree, unflatten } from "./array.ts";
import type { Executable } from "./executable.ts";
import type { Graph, Value } from "./graph.ts";
import { Masks } from "./masks.ts";
import { createOnnxExecutable } from "./run-onnx.ts";
import { createTfjsExecutable } from "./run-tfjs.ts";
import { simplify } from "./simplify.ts";
import { readyBackend, type TfjsBackend } from "./tfjs-backend.ts";
import { bindArguments, type Traceable, trace } from "./trace.ts";

export interface CompileOptions {
  /** `onnx`: ONNX Runtime on the CPU, one native call a run. `tfjs`: node by node on a tfjs backend. Default `onnx`. */
  readonly runtime?: "onnx" | "tfjs";
  /** For runtime `tfjs`. Default: libtensorflow when the user has installed it, else wasm. */
  readonly backend?: TfjsBackend;
  /** For runtime `onnx`: threads inside one operator. Default: one a physical core. */
  readonly threads?: number;
  /** For runtime `onnx`: whether waiting threads spin; switch it off where several runs share the cores. Default true. */
  readonly spinning?: boolean;
  /** The stream from which random masks are drawn; needed when the function uses `randomMask` (dropout does). */
  readonly random?: Random;
}

/** What a function over trees of tensors is once compiled: the same function over trees of arrays. */
export interface Compiled {
  (...args: Tree<NDArray>[]): Promise<Tree<NDArray>>;
  /** The same, but the results are written into the arrays of `out`, a tree of the result's structure. */
  into<T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T>;
  /** Frees the native session. */
  dispose(): Promise<void>;
}

interface Ready {
  readonly graph: Graph;
  readonly executable: Executable;
}

async function prepare(
  f: Traceable,
  args: readonly Tree<NDArray>[],
  options: CompileOptions,
): Promise<Ready> {
  const specs = mapTree(args as Tree<NDArray>, ({ shape, dtype }) => ({ shape, dtype })) as never[];
  const graph = simplify(trace(f)(...specs));
  const { runtime = "onnx", backend, threads, spinning } = options;
  if (graph.masks.length > 0 && !options.random) {
    throw new OutriggerError("bad-option", "the function draws random masks: give compile a `random` stream");
  }
  if (runtime === "onnx")
    return { graph, executable: await createOnnxExecutable(graph, { threads, spinning }) };
  return { graph, executable: createTfjsExecutable(graph, await readyBackend(backend)) };
}

async function variableFeeds(graph: Graph): Promise<[Value, NDArray][]> {
  const read = graph.variables.map(async ({ variable, value }): Promise<[Value, NDArray]> => {
    const data = (await variable.data()) as ArrayData;
    return [value, { shape: value.shape, dtype: value.dtype, data }];
  });
  return Promise.all(read);
}

function assignVariables(graph: Graph, values: readonly NDArray[]): void {
  graph.variables
    .filter(({ updated }) => updated)
    .forEach(({ variable }, i) => {
      const { data, shape, dtype } = values[i]!;
      const tensor = tf.tensor(data, [...shape], dtype);
      variable.assign(tensor as typeof variable);
      tensor.dispose();
    });
}

/**
 * Compiles a function of tfjs ops: traced on the first call, simplified, and run natively from then on.
 *
 * Shapes are fixed by the first call: pad the last batch and mask it. A `tf.Variable` that the function reads is fed on every call,
 * and written back when the function assigns it.
 *
 * @param f takes and returns trees (lists, records) of tensors
 * @throws OutriggerError on the first call as {@link trace}; on later calls `shape` when an argument has another shape;
 *   `bad-option` when the function draws random masks and no stream was given; `missing-package` for a backend that is not there
 *
 * Cost: the first call traces, simplifies and opens a session: about 0.1 s for a perceptron of three layers with its gradient.
 *
 * @example
 * const loss = (w: Tensor, x: Tensor, y: Tensor) => tf.mean(tf.square(tf.sub(tf.matMul(x, w), y)));
 * const step = compile(grad(loss));
 * const gradient = await step(weights, inputs, targets);
 */
export function compile(f: Traceable, options: CompileOptions = {}): Compiled {
  let ready: Promise<Ready & { masks: Masks }> | undefined;
  const run = async (into: Tree<NDArray> | undefined, args: Tree<NDArray>[]): Promise<Tree<NDArray>> => {
    ready ??= prepare(f, args, options).then((made) => ({ ...made, masks: new Masks(made.graph.masks) }));
    const { graph, executable, masks } = await ready;
    const feeds = bindArguments(graph, args);
    if (options.random) masks.draw(options.random);
    for (const [value, mask] of masks.feeds) feeds.set(value, mask);
    if (graph.variables.length > 0)
      for (const [value, data] of await variableFeeds(graph)) feeds.set(value, data);
    const out = into === undefined ? undefined : leaves(into);
    const results = await executable.run(feeds, out);
    const count = results.length - graph.variables.filter(({ updated }) => updated).length;
    assignVariables(graph, results.slice(count));
    return unflatten(graph.outputs, results.slice(0, count));
  };
  const call = (...args: Tree<NDArray>[]): Promise<Tree<NDArray>> => run(undefined, args);
  return Object.assign(call, {
    into: async <T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T> => {
      await run(out, args);
      return out;
    },
    dispose: async () => {
      if (ready) await (await ready).executable.dispose();
    },
  });
}
