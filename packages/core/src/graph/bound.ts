import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { Random } from "../random.ts";
import { type ArrayData, leaves, type NDArray, type Spec, type Tree } from "./array.ts";
import { findNonFinite } from "./diagnose.ts";
import type { Engine, Executable, Feeds, Held, Results } from "./executable.ts";
import type { Graph, Value } from "./graph.ts";
import { Masks } from "./masks.ts";
import { simplify } from "./simplify.ts";
import { bindArguments, type Traceable, trace } from "./trace.ts";

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

/** A traced function on a device, bound to its random stream and to the variables that it captured. */
export class Bound {
  readonly graph: Graph;
  private readonly engine: Engine;
  private readonly executable: Executable;
  private readonly masks: Masks;
  private readonly random: Random | undefined;

  private constructor(graph: Graph, engine: Engine, executable: Executable, random: Random | undefined) {
    this.graph = graph;
    this.engine = engine;
    this.executable = executable;
    this.masks = new Masks(graph.masks);
    this.random = random;
  }

  /**
   * Traces and loads `f`.
   *
   * @param held how many of the first results stay on the device
   * @throws OutriggerError as `trace`; `bad-option` when the function draws random masks and there is no stream
   */
  static async load(
    f: Traceable,
    specs: readonly Tree<Spec>[],
    engine: Engine,
    random: Random | undefined,
    held = 0,
  ): Promise<Bound> {
    return Bound.of(simplify(trace(f)(...specs)), engine, random, held);
  }

  /** Loads a graph that was traced before. */
  static async of(graph: Graph, engine: Engine, random: Random | undefined, held = 0): Promise<Bound> {
    if (graph.masks.length > 0 && !random) {
      const said = "the function draws random masks: give compile a `random` stream";
      throw new OutriggerError("bad-option", said);
    }
    return new Bound(graph, engine, await engine.load(graph, held), random);
  }

  /**
   * Draws the masks, runs, and writes assigned variables back.
   *
   * @param state values on the device for the first inputs
   * @returns the function's results: those that stay, and the others
   */
  async run(args: Tree<NDArray>[], into?: Tree<NDArray>, state: readonly Held[] = []): Promise<Results> {
    return this.runOn(await this.feeds(args, state), into === undefined ? undefined : leaves(into));
  }

  /** The same with feeds that were made before, and results by the leaf. */
  async runOn(feeds: Feeds, into?: readonly (NDArray | undefined)[]): Promise<Results> {
    const { graph } = this;
    const { held, arrays } = await this.executable.run(feeds, into);
    const count = leaves(graph.outputs).length - held.length;
    assignVariables(graph, arrays.slice(count));
    return { held, arrays: arrays.slice(0, count) };
  }

  /** Draws the masks, and replays a run to find where it stops being finite; see {@link findNonFinite}. */
  async explain(args: Tree<NDArray>[], state: readonly Held[] = []): Promise<string | undefined> {
    return findNonFinite(this.graph, this.engine, await this.feeds(args, state));
  }

  /** Values of all inputs: arguments, masks drawn anew, and variables as they are now. */
  async feeds(args: Tree<NDArray>[], state: readonly Held[] = []): Promise<Feeds> {
    const { graph, masks } = this;
    const feeds = new Map<Value, NDArray | Held>(
      bindArguments(graph, state.length > 0 ? [state as never, ...args] : args),
    );
    if (this.random) masks.draw(this.random);
    for (const [value, mask] of masks.feeds) feeds.set(value, mask);
    if (graph.variables.length > 0)
      for (const [value, data] of await variableFeeds(graph)) feeds.set(value, data);
    return feeds;
  }

  dispose(): Promise<void> {
    return this.executable.dispose();
  }
}
