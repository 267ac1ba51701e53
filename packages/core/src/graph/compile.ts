import type { Random } from "../random.ts";
import { mapTree, type NDArray, type Spec, type Tree, unflatten } from "./array.ts";
import { Bound } from "./bound.ts";
import type { Device } from "./device/device.ts";
import { type EngineOptions, openEngine } from "./engine.ts";
import type { Traceable } from "./trace.ts";

export interface CompileOptions extends EngineOptions {
  /** The stream from which random masks are drawn; needed when the function uses `randomMask` (dropout does). */
  readonly random?: Random;
}

/** What a function over trees of tensors is once compiled: the same function over trees of arrays. */
export interface Compiled {
  (...args: Tree<NDArray>[]): Promise<Tree<NDArray>>;
  /** The same, but the results are written into the arrays of `out`, a tree of the result's structure. */
  into<T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T>;
  /**
   * Runs once more with the results of all ops, and names the first that is not finite although its operands are: op, line and operands.
   * Undefined when everything is finite. Costs the run, and the loading of its graph once more for every 64 MiB of results.
   */
  explain(...args: Tree<NDArray>[]): Promise<string | undefined>;
  /** The device that it runs on, and why. */
  describe(): Promise<Device>;
  /** Frees the native session. */
  dispose(): Promise<void>;
}

/** Shapes and types of a tree of arrays. */
export const specsOf = (tree: Tree<NDArray>): Tree<Spec> =>
  mapTree<NDArray, Spec>(tree, ({ shape, dtype }) => ({ shape, dtype }));

/** What a promise gave, or undefined when it failed: what was never opened need not be closed. */
export const settled = async <T>(promise: Promise<T> | undefined): Promise<T | undefined> => {
  try {
    return await promise;
  } catch {
    return undefined;
  }
};

/**
 * Compiles a function of tfjs ops: traced on the first call, simplified, and run on the device of the options from then on.
 *
 * Shapes are fixed by the first call: pad the last batch and mask it. A `tf.Variable` that the function reads is fed on every call,
 * and written back when the function assigns it.
 *
 * @param f takes and returns trees (lists, records) of tensors
 * @throws OutriggerError on the first call as {@link trace} and {@link chooseDevice}; on later calls `shape` when an argument has another
 *   shape; `bad-option` when the function draws random masks and no stream was given; `out-of-memory` when the device has no room for a
 *   result, naming op and line
 *
 * Cost: the first call traces, simplifies and opens a session: about 0.1 s for a perceptron of three layers with its gradient.
 *
 * @example
 * const loss = (w: Tensor, x: Tensor, y: Tensor) => tf.mean(tf.square(tf.sub(tf.matMul(x, w), y)));
 * const step = compile(grad(loss));
 * const gradient = await step(weights, inputs, targets);
 */
export function compile(f: Traceable, options: CompileOptions = {}): Compiled {
  let opened: ReturnType<typeof openEngine> | undefined;
  let loaded: Promise<Bound> | undefined;
  const open = (): ReturnType<typeof openEngine> => {
    opened ??= openEngine(options);
    return opened;
  };
  const load = (args: Tree<NDArray>[]): Promise<Bound> => {
    loaded ??= open().then(({ engine }) => Bound.load(f, args.map(specsOf), engine, options.random));
    return loaded;
  };
  const run = async (into: Tree<NDArray> | undefined, args: Tree<NDArray>[]): Promise<Tree<NDArray>> => {
    const bound = await load(args);
    return unflatten(bound.graph.outputs, (await bound.run(args, into)).arrays);
  };
  const call = (...args: Tree<NDArray>[]): Promise<Tree<NDArray>> => run(undefined, args);
  return Object.assign(call, {
    into: async <T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T> => {
      await run(out, args);
      return out;
    },
    explain: async (...args: Tree<NDArray>[]) => (await load(args)).explain(args),
    describe: async () => (await open()).device,
    dispose: async () => {
      await (await settled(loaded))?.dispose();
      await (await settled(opened))?.engine.dispose();
    },
  });
}
