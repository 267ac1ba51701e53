import type { ArrayData, DType } from "../array.ts";
import type { Value } from "../graph.ts";
import {
  type AttributeValue,
  attribute,
  elementType,
  type OnnxInitializer,
  type OnnxNode,
  type OnnxType,
} from "./proto.ts";

/** An input that the executor computes on the host from another input: the rows of every segment, padded. */
export interface SegmentTable {
  readonly name: string;
  readonly ids: Value;
  readonly segments: number;
}

/** What the runtime can do that a model is made for. */
export interface Runtime {
  /** It knows doubles, so that sums which must not lose digits can be formed in them. */
  readonly doubles: boolean;
  /** It runs kernels as shaders of WebGPU, some of which need help. */
  readonly shaders: boolean;
}

export const processor: Runtime = { doubles: true, shaders: false };

/**
 * Collects the nodes and constants of an ONNX model. Kernels call it with names of values and get names back.
 *
 * In double precision (used to check derivatives against numeric differences) every float is a double; kernels that ONNX Runtime
 * lacks in double ask {@link double} and spell themselves out.
 */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly tables: SegmentTable[] = [];
  readonly double: boolean;
  readonly runtime: Runtime;
  /** Name of the graph's node that is being translated: errors and profiles of the runtime tell it. */
  scope = "";
  private readonly shared = new Map<string, string>();
  private readonly rootInputs: ReadonlySet<Value>;
  private readonly prefix: string;
  private next = 0;

  constructor(rootInputs: ReadonlySet<Value>, double: boolean, prefix = "", runtime: Runtime = processor) {
    this.rootInputs = rootInputs;
    this.double = double;
    this.runtime = runtime;
    this.prefix = prefix;
  }

  /** For the body of a loop: it sees the names of this one, and gives its own other ones. */
  nested(): OnnxBuilder {
    return new OnnxBuilder(new Set(), this.double, this.fresh("body"), this.runtime);
  }

  /** A name that nothing has. */
  fresh(kind: string): string {
    return `${this.prefix}${kind}${this.next++}`;
  }

  /** The ONNX element type of a tfjs type. */
  type(dtype: DType): OnnxType {
    return dtype === "float32" && this.double ? "float64" : dtype;
  }

  typeNumber(dtype: DType): number {
    return elementType[this.type(dtype)];
  }

  /** ONNX's number of the type for sums that must not lose digits. */
  get sumType(): number {
    return elementType[this.runtime.doubles ? "float64" : "float32"];
  }

  /** Appends a node with one output. */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    domain = "",
  ): string {
    return this.addMany(op, inputs, 1, attributes, domain)[0]!;
  }

  /** Appends a node with several outputs. */
  addMany(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, AttributeValue> = {},
    domain = "",
  ): string[] {
    const output = Array.from({ length: outputs }, () => this.fresh("t"));
    const attributeList = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    const name = `${this.scope}/${this.nodes.length}`;
    this.nodes.push({ name, op_type: op, domain, input: inputs, output, attribute: attributeList });
    return output;
  }

  /** A number of the given type as a scalar; equal constants are shared. */
  scalar(value: number, dtype: DType = "float32"): string {
    return this.constant([value], [], dtype);
  }

  /** A list of int64: shapes, axes, pads. */
  ints(values: readonly number[]): string {
    const key = `int64|${values.join()}`;
    return this.share(key, () =>
      this.initialize(BigInt64Array.from(values, BigInt), [values.length], "int64"),
    );
  }

  constant(values: readonly number[] | ArrayData, shape: readonly number[], dtype: DType): string {
    const make = (): string => this.initialize(this.encode(values, dtype), shape, this.type(dtype));
    return values.length > 64 ? make() : this.share(`${dtype}|${shape.join()}|${values.join()}`, make);
  }

  /** A tensor filled with one number; large ones are expanded when the session starts rather than stored. */
  filled(value: number, shape: readonly number[], dtype: DType): string {
    const size = shape.reduce((n, d) => n * d, 1);
    if (size <= 16) return this.constant(new Array<number>(size).fill(value), shape, dtype);
    return this.share(`fill|${value}|${shape.join()}|${dtype}`, () =>
      this.add("Expand", [this.scalar(value, dtype), this.ints(shape)]),
    );
  }

  cast(input: string, dtype: DType): string {
    return this.add("Cast", [input], { to: this.typeNumber(dtype) });
  }

  reshape(input: string, shape: readonly number[]): string {
    return this.add("Reshape", [input, this.ints(shape)]);
  }

  /**
   * The table of a segment op: row s holds the indices of segment s, padded with the number of rows. Only for ids that are an
   * input of the graph, which the executor knows on the host; undefined otherwise.
   */
  segmentTable(ids: Value, segments: number): string | undefined {
    if (!this.rootInputs.has(ids)) return undefined;
    return this.share(`table|${ids.id}|${segments}`, () => {
      const name = `table${this.tables.length}`;
      this.tables.push({ name, ids, segments });
      return name;
    });
  }

  /** What was made under the same key before, or is made now. */
  share(key: string, make: () => string): string {
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.shared.set(key, name);
    return name;
  }

  private encode(values: readonly number[] | ArrayData, dtype: DType): Float64Array | ArrayData {
    if (dtype === "float32") return this.double ? Float64Array.from(values) : Float32Array.from(values);
    return dtype === "int32" ? Int32Array.from(values) : Uint8Array.from(values);
  }

  private initialize(
    data: Float64Array | BigInt64Array | ArrayData,
    dims: readonly number[],
    type: OnnxType,
  ): string {
    const name = this.fresh("c");
    const raw_data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ name, dims, data_type: elementType[type], raw_data });
    return name;
  }
}
