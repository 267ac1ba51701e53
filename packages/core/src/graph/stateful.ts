import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { leaves, type NDArray, type Spec, type Tree, unflatten } from "./array.ts";
import { Bound } from "./bound.ts";
import { type Compiled, type CompileOptions, settled, specsOf } from "./compile.ts";
import type { Device } from "./device/device.ts";
import { openEngine } from "./engine.ts";
import type { Held } from "./executable.ts";
import type { Traceable } from "./trace.ts";

/** A step: takes the state first, returns the next state, of the same structure and shapes, and what the host wants to see. */
export type StatefulFunction = (
  state: never,
  ...args: never[]
) => { readonly state: Tree<Tensor>; readonly out: Tree<Tensor> };

/** Makes a step; returns its `out`. When it throws, the state is that of before. */
export type StatefulCall = (...args: Tree<NDArray>[]) => Promise<Tree<NDArray>>;

/** A compiled step with its state on the device. One call at a time. */
export interface Stateful<S extends Tree<NDArray> = Tree<NDArray>> {
  /** Makes a step; returns its `out`. When it throws, the state is that of before. */
  (...args: Tree<NDArray>[]): Promise<Tree<NDArray>>;
  /** The same, but `out` is written into the arrays given. */
  into<T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T>;
  /** A copy of the state on the host. */
  read(): Promise<S>;
  /** Replaces the state. */
  write(state: S): Promise<void>;
  /** Another step of the same state: several at once, say. */
  another(f: StatefulFunction): StatefulCall;
  /** Another function of the same state, which it does not change: `g(state, ...args)` is called as `view(...args)`. */
  view(g: Traceable): Compiled;
  describe(): Promise<Device>;
  /** Frees the state and all sessions. */
  dispose(): Promise<void>;
}

/** The function that is traced: the next state first, so that its arrays are the first results. */
const stateFirst =
  (f: StatefulFunction, specs: readonly Spec[]): Traceable =>
  (state, ...args) => {
    const made = f(state, ...args);
    const after = leaves(made.state);
    const odd = specs.findIndex(
      ({ shape, dtype }, i) => after[i]?.dtype !== dtype || after[i]?.shape.join() !== shape.join(),
    );
    if (odd >= 0 || after.length !== specs.length) {
      const said = `a step got ${specs.length} state arrays and returned ${after.length}`;
      const where = odd < 0 ? "" : `; array ${odd} is not like it was`;
      throw new OutriggerError(
        "shape",
        `${said}${where}: return a state of the same structure, shapes and types`,
      );
    }
    return [made.state, made.out];
  };

/**
 * Compiles a step whose state stays on the device between calls: on a GPU, parameters and an optimiser's moments are not copied to and
 * fro. On the CPU a step writes beside the state that it reads, and the two change places.
 *
 * @param f the step; see {@link StatefulFunction}
 * @param state arrays to start from; copied
 * @throws OutriggerError as {@link compile}; `shape` when the step returns another structure than it gets
 *
 * Cost: of a call, the step's own and the transfer of arguments and `out`. {@link Stateful.read} and `write` copy the whole state.
 *
 * @example
 * const step = compileStateful((w: Tensor, x: Tensor, y: Tensor) => {
 *   const [value, slope] = [loss(w, x, y), grad(loss)(w, x, y)];
 *   return { state: tf.sub(w, tf.mul(0.1, slope)), out: value };
 * }, weights);
 * for (const { x, y } of batches) await step(x, y);
 * const trained = await step.read();
 */
export function compileStateful<S extends Tree<NDArray>>(
  f: StatefulFunction,
  state: S,
  options: CompileOptions = {},
): Stateful<S> {
  const like = specsOf(state);
  const specs = leaves<Spec>(like);
  const views: Compiled[] = [];
  const steps: Promise<Bound>[] = [];
  let opened: ReturnType<typeof openEngine> | undefined;
  let held: Promise<Held[]> | undefined;
  // Copied at once: the caller may go on writing to its arrays.
  let first: NDArray[] | undefined = leaves<NDArray>(state).map((array) => ({
    ...array,
    data: array.data.slice(),
  }));

  const open = (): ReturnType<typeof openEngine> => {
    opened ??= openEngine(options);
    return opened;
  };
  const current = (): Promise<Held[]> => {
    held ??= open().then(({ engine }) => {
      const made = first!.map((array) => engine.hold(array));
      first = undefined;
      return made;
    });
    return held;
  };
  const replace = async (next: readonly Held[]): Promise<void> => {
    const before = await current();
    held = Promise.resolve([...next]);
    for (const value of before) value.free();
  };
  const load = async (g: Traceable, args: Tree<NDArray>[], count: number): Promise<Bound> =>
    Bound.load(g, [like, ...args.map(specsOf)], (await open()).engine, options.random, count);

  const stepOf = (g: StatefulFunction) => {
    let loaded: Promise<Bound> | undefined;
    return async (into: Tree<NDArray> | undefined, args: Tree<NDArray>[]): Promise<Tree<NDArray>> => {
      if (loaded === undefined) {
        loaded = load(stateFirst(g, specs), args, specs.length);
        steps.push(loaded);
      }
      const bound = await loaded;
      const made = await bound.run(args, into, await current());
      await replace(made.held);
      return unflatten((bound.graph.outputs as Tree<never>[])[1]!, made.arrays);
    };
  };
  const run = stepOf(f);
  const view = (g: Traceable): Compiled => {
    let bound: Promise<Bound> | undefined;
    const ready = (args: Tree<NDArray>[]): Promise<Bound> => {
      bound ??= load(g, args, 0);
      return bound;
    };
    const look = async (into: Tree<NDArray> | undefined, args: Tree<NDArray>[]): Promise<Tree<NDArray>> => {
      const { graph } = await ready(args);
      return unflatten(graph.outputs, (await (await ready(args)).run(args, into, await current())).arrays);
    };
    const made: Compiled = Object.assign((...args: Tree<NDArray>[]) => look(undefined, args), {
      into: async <T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T> => {
        await look(out, args);
        return out;
      },
      explain: async (...args: Tree<NDArray>[]) => (await ready(args)).explain(args, await current()),
      describe: async () => (await open()).device,
      dispose: async () => (await settled(bound))?.dispose(),
    });
    views.push(made);
    return made;
  };
  return Object.assign((...args: Tree<NDArray>[]) => run(undefined, args), {
    into: async <T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T> => {
      await run(out, args);
      return out;
    },
    async read(): Promise<S> {
      const { engine } = await open();
      return unflatten(like, await engine.read(await current())) as S;
    },
    async write(next: S): Promise<void> {
      const { engine } = await open();
      await replace(leaves<NDArray>(next).map((array) => engine.hold(array)));
    },
    another(g: StatefulFunction): StatefulCall {
      const make = stepOf(g);
      return (...args) => make(undefined, args);
    },
    view,
    describe: async () => (await open()).device,
    async dispose() {
      for (const each of views) await each.dispose();
      for (const each of steps) await (await settled(each))?.dispose();
      for (const value of (await settled(held)) ?? []) value.free();
      held = undefined;
      await (await settled(opened))?.engine.dispose();
    },
  });
}
