import { specsOf } from "@outrigger/core/graph/compile";
import type { Graph, Node } from "@outrigger/core/graph/graph";
import { type Compiled, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { simplify } from "@outrigger/core/graph/simplify";
import { type Traceable, trace } from "@outrigger/core/graph/trace";
import type { Procedure } from "@outrigger/core/procedure/procedure";

/** Multiplications of a product of matrices; 0 for all other kernels, which take time in proportion to what they write. */
function multiplications({ kernel, inputs, attributes, outputs }: Node): number {
  if (kernel !== "BatchMatMul") return 0;
  const inner = inputs["a"]!.shape.at(attributes["transposeA"] ? -2 : -1)!;
  return outputs[0]!.shape.reduce((product, length) => product * length, inner);
}

const productsIn = (graph: Graph): number =>
  graph.nodes.reduce((sum, node) => sum + multiplications(node), 0);

/** Multiplications of a function's matrix products, as it runs. */
export const productsOf = (f: Traceable, args: readonly Tree<NDArray>[]): number =>
  productsIn(simplify(trace(f)(...args.map(specsOf))));

/** A function that is told the multiplications of every one of its calls. */
function counted(compiled: Compiled, f: Traceable, count: (products: number) => void): Compiled {
  let products: number | undefined;
  const tell = (args: readonly Tree<NDArray>[]): void => {
    products ??= productsOf(f, args);
    count(products);
  };
  const call = (...args: Tree<NDArray>[]): Promise<Tree<NDArray>> => {
    tell(args);
    return compiled(...args);
  };
  return Object.assign(call, compiled, {
    into: <T extends Tree<NDArray>>(out: T, ...args: Tree<NDArray>[]): Promise<T> => {
      tell(args);
      return compiled.into(out, ...args);
    },
  });
}

/** The same procedure, which tells the multiplications of all that it runs. */
export const counting = (procedure: Procedure, count: (products: number) => void): Procedure => ({
  ...procedure,
  open: (setup) =>
    procedure.open({
      ...setup,
      compile: (f) => counted(setup.compile(f), f as Traceable, count),
    }),
});
