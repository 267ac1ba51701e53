import { OutriggerError } from "../error.ts";
import { emptyData, leaves, type NDArray, type Spec, sizeOf, type Tree, unflatten } from "./array.ts";
import { Bound } from "./bound.ts";
import { type CompileOptions, settled, specsOf } from "./compile.ts";
import { openEngine } from "./engine.ts";
import type { Executable, Feeds } from "./executable.ts";
import { constantData, type Graph, inputValues, makeNode, type Node, own, type Value } from "./graph.ts";
import { living, simplify } from "./simplify.ts";
import { type Traceable, trace } from "./trace.ts";

/** What may be kept between the two calls, in bytes; where it would be more, forming it again is the lesser evil. */
const most = 64 * 2 ** 20;

/** A function that is called twice: what does not depend on its last argument comes first. */
export interface Stages {
  /** The first result of the function; undefined, and nothing has run, when too much would have to be kept for the second. */
  first(...args: Tree<NDArray>[]): Promise<Tree<NDArray> | undefined>;
  /** Writes the second result of the function for the arguments of the last {@link Stages.first} and this last one. */
  second(out: Tree<NDArray>, last: Tree<NDArray>): Promise<void>;
  dispose(): Promise<void>;
}

/** Two graphs, and the values of the first that the second takes as inputs. */
interface Cut {
  readonly first: Graph;
  readonly second: Graph;
  readonly kept: readonly (readonly [from: Value, to: Value])[];
}

/** Nodes that some of the inputs reach. */
function dependents({ nodes }: Graph, inputs: readonly Value[]): Set<Node> {
  const found = new Set(inputs.map(({ node }) => node));
  for (const node of nodes) if (inputValues(node).some((value) => found.has(value.node))) found.add(node);
  return found;
}

/** Cuts a graph with the outputs `[shown, rest]` where it begins to depend on its last `count` inputs. */
function cut(graph: Graph, count: number): Cut {
  const [shown, rest] = (graph.outputs as Tree<Value>[]).map((tree) => leaves<Value>(tree));
  const last = graph.inputs.slice(-count);
  const late = dependents(
    graph,
    last.map(({ value }) => value),
  );
  const updated = graph.variables.flatMap((variable) => (variable.updated ? [variable.updated] : []));
  if ([...shown!, ...updated].some(({ node }) => late.has(node))) {
    const said =
      "what is shown first, and what is assigned to a tf.Variable, must not depend on the last argument";
    throw new OutriggerError("trace", `${said}: use it in the second result only`);
  }
  let id = 1 + Math.max(...graph.nodes.flatMap(({ outputs }) => outputs.map((value) => value.id)));
  const nodes: Node[] = last.map(({ value }) => value.node);
  const renamed = new Map<Value, Value>();
  const kept: [Value, Value][] = [];
  const rebuild = ({ outputs, ...parts }: Node): Node =>
    makeNode(
      parts,
      outputs.map(({ shape, dtype }) => [shape, dtype] as const),
      () => id++,
    );
  /** The value as the second graph has it: constants and arguments stand in both, results of the first are kept. */
  const inSecond = (value: Value): Value => {
    const known = renamed.get(value);
    if (known !== undefined) return known;
    const { node } = value;
    const both = node.kernel === own.input || constantData(node) !== undefined;
    if (both) {
      if (!nodes.includes(node)) nodes.push(node);
      renamed.set(value, value);
      return value;
    }
    const input = rebuild({ ...node, kernel: own.input, inputs: {}, attributes: {}, outputs: [value] });
    nodes.push(input);
    kept.push([value, input.outputs[0]!]);
    renamed.set(value, input.outputs[0]!);
    return input.outputs[0]!;
  };
  for (const node of living(graph.nodes, rest!).filter((one) => late.has(one) && one.kernel !== own.input)) {
    const inputs = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, inSecond(v)]));
    const made = rebuild({ ...node, inputs });
    node.outputs.forEach((value, i) => {
      renamed.set(value, made.outputs[i]!);
    });
    nodes.push(made);
  }
  const outputs = rest!.map(inSecond);
  const wanted = [...shown!, ...kept.map(([from]) => from)];
  return {
    first: {
      ...graph,
      inputs: graph.inputs.slice(0, -count),
      nodes: living(graph.nodes, [...wanted, ...updated]),
      outputs: wanted,
    },
    second: { ...graph, inputs: last, nodes, outputs, variables: [], masks: [] },
    kept,
  };
}

/** Both graphs on one device. */
class Loaded {
  readonly #shown: Tree<Value>;
  readonly #cut: Cut;
  readonly #first: Bound;
  readonly #second: Executable;
  readonly #between: readonly NDArray[];
  #feeds: Feeds = new Map();

  constructor(shown: Tree<Value>, made: Cut, first: Bound, second: Executable) {
    this.#shown = shown;
    this.#cut = made;
    this.#first = first;
    this.#second = second;
    this.#between = made.kept.map(([{ shape, dtype }]) => ({
      shape,
      dtype,
      data: emptyData(dtype, sizeOf(shape)),
    }));
  }

  async first(args: Tree<NDArray>[]): Promise<Tree<NDArray>> {
    this.#feeds = await this.#first.feeds(args);
    const shown = leaves<Value>(this.#shown).length;
    const into = [...new Array<undefined>(shown).fill(undefined), ...this.#between];
    const { arrays } = await this.#first.runOn(this.#feeds, into);
    return unflatten(this.#shown, arrays.slice(0, shown));
  }

  async second(out: Tree<NDArray>, last: Tree<NDArray>): Promise<void> {
    const { second, kept } = this.#cut;
    const feeds = new Map(this.#feeds);
    const given = leaves<NDArray>(last);
    second.inputs.forEach(({ value }, i) => feeds.set(value, given[i]!));
    kept.forEach(([, value], i) => feeds.set(value, this.#between[i]!));
    await this.#second.run(feeds, leaves<NDArray>(out));
  }

  async dispose(): Promise<void> {
    await this.#first.dispose();
    await this.#second.dispose();
  }
}

/**
 * Compiles a function in two parts, for steps that must look before they know how to go on: the first call gives what does not depend on
 * the last argument, the second the rest, from what the first has kept.
 *
 * @param f returns `[shown, rest]`; `shown` and what it assigns to variables must not depend on its last argument
 * @param last shape and type of the last argument
 * @throws OutriggerError as `compile`; `trace` when what is shown depends on the last argument
 *
 * Cost: one evaluation in all. Values that the second call needs of the first are kept on the host, {@link most} bytes at most.
 */
export function compileStages(f: Traceable, last: Tree<Spec>, options: CompileOptions = {}): Stages {
  let opened: ReturnType<typeof openEngine> | undefined;
  let loaded: Promise<Loaded | undefined> | undefined;
  const load = async (args: Tree<NDArray>[]): Promise<Loaded | undefined> => {
    const graph = simplify(trace(f)(...args.map(specsOf), last));
    const made = cut(graph, leaves<Spec>(last).length);
    if (4 * made.kept.reduce((sum, [{ shape }]) => sum + sizeOf(shape), 0) > most) return undefined;
    opened = openEngine(options);
    const { engine } = await opened;
    const first = await Bound.of(made.first, engine, options.random);
    return new Loaded((graph.outputs as Tree<Value>[])[0]!, made, first, await engine.load(made.second, 0));
  };
  return {
    async first(...args) {
      loaded ??= load(args);
      return (await loaded)?.first(args);
    },
    async second(out, last) {
      await (await loaded)!.second(out, last);
    },
    async dispose() {
      await (await settled(loaded))?.dispose();
      await (await settled(opened))?.engine.dispose();
    },
  };
}
