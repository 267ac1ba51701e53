import { leaves, mapTree, type Tree, unflatten } from "@outrigger/core/graph/index";
import type { ArrayData, NDArray } from "../../src/graph/array.ts";
import type { Value } from "../../src/graph/graph.ts";
import { createOnnxExecutable } from "../../src/graph/run-onnx.ts";
import { simplify } from "../../src/graph/simplify.ts";
import { type Traceable, trace } from "../../src/graph/trace.ts";

/** Numbers in double precision, with a shape. */
export interface Doubles {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export const scalar = (value: number): Doubles => ({ shape: [], data: [value] });
export const vector = (data: readonly number[]): Doubles => ({ shape: [data.length], data });
export const doubles = (tree: Tree<NDArray>): Tree<Doubles> =>
  mapTree<NDArray, Doubles>(tree, ({ shape, data }) => ({ shape, data: [...data] }));

/** A function of tensors, recorded as for training and run in double precision. */
export async function inDouble(
  f: (...args: never[]) => unknown,
  like: readonly Tree<Doubles>[],
): Promise<{ run(args: readonly Tree<Doubles>[]): Promise<Tree<Doubles>>; dispose(): Promise<void> }> {
  const specs = like.map((tree) =>
    mapTree<Doubles, { shape: readonly number[] }>(tree, ({ shape }) => ({ shape })),
  );
  const graph = simplify(trace(f as unknown as Traceable)(...(specs as never[])));
  const executable = await createOnnxExecutable(graph, { double: true });
  return {
    async run(args) {
      const given = leaves<Doubles>(args as Tree<Doubles>);
      const feeds = new Map<Value, NDArray>(
        graph.inputs.map(({ value }, i) => [
          value,
          { ...value, data: Float64Array.from(given[i]!.data) as unknown as ArrayData },
        ]),
      );
      const found = await executable.run(feeds);
      return unflatten(
        graph.outputs,
        found.map(({ shape, data }) => ({ shape, data: [...data] })),
      ) as Tree<Doubles>;
    },
    dispose: () => executable.dispose(),
  };
}

/** Central differences of a scalar in every number of one argument. */
export async function differences(
  value: (args: readonly Tree<Doubles>[]) => Promise<number>,
  args: readonly Tree<Doubles>[],
  which: number,
  epsilon = 1e-5,
): Promise<number[]> {
  const flat = leaves<Doubles>(args[which]!);
  const found: number[] = [];
  for (const [leaf, { data }] of flat.entries()) {
    for (const i of data.keys()) {
      const at = (sign: number): Promise<number> => {
        const moved = flat.map((one, l) =>
          l === leaf ? { ...one, data: one.data.map((v, j) => (j === i ? v + sign * epsilon : v)) } : one,
        );
        return value(args.map((arg, a) => (a === which ? (unflatten(arg, moved) as Tree<Doubles>) : arg)));
      };
      found.push(((await at(1)) - (await at(-1))) / (2 * epsilon));
    }
  }
  return found;
}

/** Largest distance, in units of the largest number wanted. */
export const farthest = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value))) / Math.max(...wanted.map(Math.abs));

/** All numbers, leaf after leaf. */
export const flat = (tree: unknown): number[] =>
  leaves<Doubles>(tree as Tree<Doubles>).flatMap(({ data }) => [...data]);

/** The tree with other numbers. */
export function refilled(like: Tree<Doubles>, values: readonly number[]): Tree<Doubles> {
  let next = 0;
  return mapTree<Doubles, Doubles>(like, ({ shape, data }) => ({
    shape,
    data: data.map(() => values[next++]!),
  }));
}
