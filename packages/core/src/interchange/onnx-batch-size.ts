import { OutriggerError } from "../error.ts";
import { elementType, type OnnxFile, type OnnxTensor, type OnnxValueInfo } from "../graph/onnx/proto.ts";
import { fixedCure } from "./evaluation-graph.ts";

type Graph = NonNullable<OnnxFile["graph"]>;
type Node = Graph["node"][number];

/** Such as `batch` or `4*batch`: what the dimension of both sizes is, or undefined when it does not grow with the batch. */
function multiple(
  [a, b]: readonly [number, number],
  [one, two]: readonly [number, number],
): number | undefined {
  const factor = a / one;
  return Number.isInteger(factor) && factor > 0 && b === factor * two ? factor : undefined;
}

const refuse = (what: string): OutriggerError =>
  new OutriggerError(
    "unsupported",
    `${what} depends on the batch size in a way that ONNX cannot follow: ${fixedCure}`,
  );

const int64s = (tensor: OnnxTensor): number[] =>
  Array.from(new BigInt64Array(Uint8Array.from(tensor.raw_data ?? []).buffer), Number);

const int64Tensor = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  dims: [values.length],
  data_type: elementType.int64,
  raw_data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

interface Dimensions {
  readonly dim: readonly { readonly dim_value?: number; readonly dim_param?: string }[];
}

function mergedInfo(a: OnnxValueInfo, b: OnnxValueInfo, sizes: readonly [number, number]): OnnxValueInfo {
  const shapeOf = (info: OnnxValueInfo) =>
    info.type as { tensor_type: { elem_type: number; shape: Dimensions } };
  const { elem_type, shape } = shapeOf(a).tensor_type;
  const other = shapeOf(b).tensor_type.shape.dim;
  const dim = shape.dim.map((d, i) => {
    const pair = [d.dim_value ?? 0, other[i]!.dim_value ?? 0] as const;
    if (pair[0] === pair[1]) return d;
    const factor = multiple(pair, sizes);
    if (factor === undefined) throw refuse(`the shape of "${a.name}"`);
    return { dim_param: factor === 1 ? "batch" : `${factor}*batch` };
  });
  return { name: a.name, type: { tensor_type: { elem_type, shape: { dim } } } };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

const nodeKey = (node: Node): string =>
  JSON.stringify([node.op_type, node.domain, node.input, node.output, node.attribute]);

/** Collects the nodes that compute shapes from the batch size. */
class Shapes {
  readonly nodes: Node[] = [];
  readonly constants: OnnxTensor[] = [];
  private readonly source: string;
  private size: string | undefined;

  constructor(source: string) {
    this.source = source;
  }

  /** A list of int64 in which some entries are multiples of the batch size. */
  list(name: string, entries: readonly (number | { readonly times: number })[]): void {
    const parts = entries.map((entry, i) => {
      const constant = `${name}/${i}`;
      this.constants.push(int64Tensor(constant, [typeof entry === "number" ? entry : entry.times]));
      if (typeof entry === "number") return constant;
      return this.add("Mul", [this.batch(), constant], `${name}/${i}/size`);
    });
    this.add("Concat", parts, name, [{ name: "axis", type: 2, i: 0 }]);
  }

  private batch(): string {
    const range = [
      { name: "start", type: 2, i: 0 },
      { name: "end", type: 2, i: 1 },
    ];
    this.size ??= this.add("Shape", [this.source], "batch_size", range);
    return this.size;
  }

  private add(op_type: string, input: string[], output: string, attribute: Node["attribute"] = []): string {
    this.nodes.push({ op_type, input, output: [output], attribute });
    return output;
  }
}

/**
 * One model for every batch size, from the same model at two sizes: shapes that differ are computed from the first input's.
 *
 * @param source name of an input whose first dimension is the batch
 * @throws OutriggerError `unsupported` where more than shapes differs
 */
export function mergeSizes(
  [a, b]: readonly [Graph, Graph],
  sizes: readonly [number, number],
  source: string,
): Graph {
  const counts = ({ node, initializer }: Graph): string => `${node.length} and ${initializer.length}`;
  if (counts(a) !== counts(b)) throw refuse("the number of ops");
  const differs = a.node.find((node, i) => nodeKey(node) !== nodeKey(b.node[i]!));
  if (differs) throw refuse(`the op ${differs.op_type}`);
  const shapes = new Shapes(source);
  const initializer: OnnxTensor[] = [];
  a.initializer.forEach((tensor, i) => {
    const other = b.initializer[i]!;
    if (sameBytes(tensor.raw_data!, other.raw_data!)) {
      initializer.push(tensor);
      return;
    }
    const users = a.node.filter(({ input }) => input.includes(tensor.name!));
    const said = `a constant of ${[...new Set(users.map((node) => node.op_type))].join(", ")}`;
    if (tensor.data_type !== elementType.int64 || tensor.dims?.join() !== other.dims?.join())
      throw refuse(said);
    const others = int64s(other);
    const entries = int64s(tensor).map((value, at) => {
      if (value === others[at]) return value;
      const times = multiple([value, others[at]!], sizes);
      if (times === undefined) throw refuse(said);
      return { times };
    });
    const open = entries.filter((entry) => typeof entry !== "number");
    // One unknown dimension of a reshape follows from the number of values; a 0 would mean "as before".
    const inferable = open.length === 1 && !entries.includes(0) && !entries.includes(-1);
    if (inferable && users.every((node) => node.op_type === "Reshape" && node.input[1] === tensor.name)) {
      initializer.push(
        int64Tensor(
          tensor.name!,
          entries.map((entry) => (typeof entry === "number" ? entry : -1)),
        ),
      );
    } else shapes.list(tensor.name!, entries);
  });
  const merge = (one: readonly OnnxValueInfo[], two: readonly OnnxValueInfo[]): OnnxValueInfo[] =>
    one.map((info, i) => mergedInfo(info, two[i]!, sizes));
  return {
    ...a,
    node: [...shapes.nodes, ...a.node],
    initializer: [...initializer, ...shapes.constants],
    input: merge(a.input, b.input),
    output: merge(a.output, b.output),
  };
}
