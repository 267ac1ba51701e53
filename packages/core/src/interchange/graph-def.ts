import type { ArrayData, DType } from "../graph/array.ts";

/** One op of a TensorFlow graph, as the JSON of a tf.js graph model has it. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, object>>;
}

/** Values of a Const node, which lie in the model's weight file. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: ArrayData;
}

/** An entry of a shape: a number, or a multiple of the batch size. */
export type Dimension = number | { readonly times: number };

const isOpen = (d: Dimension): d is { readonly times: number } => typeof d !== "number";

const dataTypes = { float32: "DT_FLOAT", int32: "DT_INT32", bool: "DT_BOOL" } as const;

/** Attributes of ops in TensorFlow's JSON: whole numbers are texts, and texts are base64. */
export const attr = {
  type: (dtype: DType): { type: string } => ({ type: dataTypes[dtype] }),
  int: (i: number): { i: string } => ({ i: `${i}` }),
  float: (f: number): { f: number } => ({ f }),
  bool: (b: boolean): { b: boolean } => ({ b }),
  ints: (values: readonly number[]): { list: { i: string[] } } => ({
    list: { i: values.map((i) => `${i}`) },
  }),
  text: (s: string): { s: string } => ({ s: btoa(s) }),
  shape: (dims: readonly Dimension[]): { shape: { dim: { size: string }[] } } => ({
    shape: tensorShape(dims),
  }),
} as const;

/** −1 stands for a dimension that is open. */
export const tensorShape = (dims: readonly Dimension[]): { dim: { size: string }[] } => ({
  dim: dims.map((d) => ({ size: `${isOpen(d) ? -1 : d}` })),
});

/** Collects the ops and constants of a TensorFlow graph. */
export class GraphDef {
  readonly nodes: NodeDef[] = [];
  readonly weights: StoredWeight[] = [];
  private readonly shared = new Map<string, string>();
  private readonly batchSource: string | undefined;
  private readonly taken: ReadonlySet<string>;
  private next = 0;

  /**
   * @param taken names that are given to inputs, outputs and weights
   * @param batchSource an input whose first dimension is the batch
   */
  constructor(taken: ReadonlySet<string>, batchSource?: string) {
    this.taken = taken;
    this.batchSource = batchSource;
  }

  /** Appends an op and returns its name. */
  op(
    op: string,
    input: readonly string[],
    attributes: Readonly<Record<string, object>> = {},
    name?: string,
  ): string {
    const chosen = name ?? this.fresh(op);
    this.nodes.push({ name: chosen, op, input, attr: attributes });
    return chosen;
  }

  /** A Const node with its values in the weight file. */
  store(data: ArrayData, shape: readonly number[], dtype: DType, name: string = this.fresh("Const")): string {
    const tensor = { dtype: dataTypes[dtype], tensorShape: tensorShape(shape) };
    this.weights.push({ name, shape, dtype, data });
    return this.op("Const", [], { dtype: attr.type(dtype), value: { tensor } }, name);
  }

  /** A number; equal ones are shared. */
  scalar(value: number, dtype: DType): string {
    const data = dtype === "float32" ? Float32Array.of(value) : Int32Array.of(value);
    const stored = dtype === "bool" ? Uint8Array.of(value) : data;
    return this.share(`${dtype}|${value}`, () => this.store(stored, [], dtype));
  }

  /** A list of int32 (axes, shapes, paddings); multiples of the batch size are computed from the input's shape. */
  ints(values: readonly Dimension[], shape: readonly number[] = [values.length]): string {
    return this.share(`ints|${JSON.stringify(values)}|${shape.join()}`, () => {
      if (!values.some(isOpen))
        return this.store(Int32Array.from(values as readonly number[]), shape, "int32");
      const parts = values.map((d) =>
        isOpen(d) ? this.op("Mul", [this.batchSize(), this.ints([d.times])]) : this.ints([d]),
      );
      if (parts.length === 1) return parts[0]!;
      return this.op("ConcatV2", [...parts, this.scalar(0, "int32")], { N: attr.int(parts.length) });
    });
  }

  /** The shape of a reshape, where one open dimension follows from the number of values. */
  reshapeTo(dims: readonly Dimension[]): string {
    const inferable = dims.filter(isOpen).length === 1 && !dims.includes(0);
    return this.ints(inferable ? dims.map((d) => (isOpen(d) ? -1 : d)) : dims);
  }

  private batchSize(): string {
    return this.share("batch size", () => {
      const shape = this.op("Shape", [this.batchSource!]);
      return this.op("Slice", [shape, this.ints([0]), this.ints([1])]);
    });
  }

  private share(key: string, make: () => string): string {
    const known = this.shared.get(key) ?? make();
    this.shared.set(key, known);
    return known;
  }

  private fresh(op: string): string {
    let name: string;
    do name = `${op}_${this.next++}`;
    while (this.taken.has(name));
    return name;
  }
}
