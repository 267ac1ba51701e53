import { type NDArray, sizeOf } from "./array.ts";
import { type Engine, type Feeds, Held } from "./executable.ts";
import { constantData, type Graph, inputValues, type Node, own, type Value } from "./graph.ts";
import { userLine, userOp } from "./origin.ts";

/** Results of one replay at most, in numbers: 64 MiB of floats, whatever the graph's size. */
const chunkSize = 2 ** 24;

const isBad = ({ dtype, data }: NDArray): boolean => dtype === "float32" && !data.every(Number.isFinite);
const hasNaN = ({ dtype, data }: NDArray): boolean => dtype === "float32" && data.some(Number.isNaN);

/** The graph that computes some of the values, and nothing else. */
function cutTo(graph: Graph, wanted: readonly Value[]): Graph {
  const needed = new Set(wanted.map(({ node }) => node));
  for (const node of graph.nodes.toReversed()) {
    if (needed.has(node)) for (const input of inputValues(node)) needed.add(input.node);
  }
  const nodes = graph.nodes.filter((node) => needed.has(node));
  return { ...graph, nodes, outputs: [...wanted], variables: [] };
}

/** Values of a run as arrays on the host. */
async function replay(
  graph: Graph,
  engine: Engine,
  feeds: Feeds,
  wanted: readonly Value[],
): Promise<NDArray[]> {
  const executable = await engine.load(cutTo(graph, wanted), 0);
  try {
    return (await executable.run(feeds)).arrays;
  } finally {
    await executable.dispose();
  }
}

/** Lists of values in the order of the graph, none with more than {@link chunkSize} numbers but for single values. */
function* chunks(nodes: readonly Node[]): Generator<Value[]> {
  let chunk: Value[] = [];
  let size = 0;
  for (const value of nodes.flatMap((node) => node.outputs)) {
    if (value.dtype !== "float32") continue;
    if (chunk.length > 0 && size + sizeOf(value.shape) > chunkSize) {
      yield chunk;
      [chunk, size] = [[], 0];
    }
    chunk.push(value);
    size += sizeOf(value.shape);
  }
  if (chunk.length > 0) yield chunk;
}

/** What there is to see in an operand: its range, and how many zeros it has. */
function describe(key: string, { shape, data }: NDArray): string {
  let [low, high, zeros, bad] = [Infinity, -Infinity, 0, 0];
  for (const value of data) {
    if (value === 0) zeros++;
    if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    else bad++;
  }
  const number = (value: number): string => `${Number(value.toPrecision(3))}`;
  const range =
    low > high ? "nothing finite" : low === high ? number(low) : `${number(low)} to ${number(high)}`;
  const counted = [zeros > 0 ? `${zeros} zeros` : "", bad > 0 ? `${bad} not finite` : ""]
    .filter(Boolean)
    .join(", ");
  return `${key} [${shape.join(", ")}] is ${range}${counted === "" ? "" : ` with ${counted}`}`;
}

/** Names of what is fed, for people. */
function inputNames(graph: Graph): Map<Value, string> {
  const names = new Map(graph.inputs.map(({ name, value }) => [value, `argument ${name}`]));
  for (const { variable, value } of graph.variables) names.set(value, `tf.Variable ${variable.name}`);
  return names;
}

async function badInput(graph: Graph, engine: Engine, feeds: Feeds): Promise<string | undefined> {
  const names = inputNames(graph);
  for (const node of graph.nodes) {
    const value = node.outputs[0]!;
    const feed = node.kernel === own.input ? feeds.get(value) : undefined;
    if (feed === undefined) continue;
    const array = feed instanceof Held ? (await engine.read([feed]))[0]! : feed;
    if (isBad(array)) return describe(names.get(value) ?? "a random mask", array);
  }
  return undefined;
}

/** The first node that makes something else than numbers of numbers; failing that, the first that makes NaN of infinities. */
async function firstBad(graph: Graph, engine: Engine, feeds: Feeds): Promise<[Node, NDArray] | undefined> {
  const bad = new Set<Value>();
  const nan = new Set<Value>();
  const computed = graph.nodes.filter(({ kernel }) => kernel !== own.input);
  let fromInfinities: [Node, NDArray] | undefined;
  for (const chunk of chunks(computed)) {
    const arrays = await replay(graph, engine, feeds, chunk);
    for (const [i, array] of arrays.entries()) {
      const value = chunk[i]!;
      if (!isBad(array)) continue;
      bad.add(value);
      if (hasNaN(array)) nan.add(value);
      // Infinities that the caller wrote (masks of attention) are meant.
      if (constantData(value.node)) continue;
      const inputs = inputValues(value.node);
      if (!inputs.some((input) => bad.has(input))) return [value.node, array];
      if (nan.has(value) && !inputs.some((input) => nan.has(input))) fromInfinities ??= [value.node, array];
    }
  }
  return fromInfinities;
}

/**
 * Finds where a run stops being finite: replays it with the results of all ops, on the same device, and names the first op that gives NaN
 * or an infinity although its operands are finite.
 *
 * @param feeds those of the run, random masks included
 * @returns a sentence such as `first non-finite value: -Infinity from log at model.ts:12:20 (x [8] is 0 to 1 with 3 zeros)`; undefined when
 *   everything is finite
 *
 * Cost: the run and the loading of its graph once more for every 64 MiB of intermediate results.
 */
export async function findNonFinite(graph: Graph, engine: Engine, feeds: Feeds): Promise<string | undefined> {
  const given = await badInput(graph, engine, feeds);
  if (given !== undefined) return `first non-finite value: ${given}`;
  const found = await firstBad(graph, engine, feeds);
  if (found === undefined) return undefined;
  const [node, { data }] = found;
  const keys = Object.entries(node.inputs).filter(([, { dtype }]) => dtype === "float32");
  const operands = await replay(
    graph,
    engine,
    feeds,
    keys.map(([, value]) => value),
  );
  const seen = keys.map(([key], i) => describe(key, operands[i]!)).join(", ");
  const value = data.find((v) => !Number.isFinite(v))!;
  const op = userOp(node.origin) ?? node.kernel;
  return `first non-finite value: ${value} from ${op} at ${userLine(node.origin)} (${seen})`;
}
