import protobuf from "protobufjs";

/**
 * The part of the ONNX schema that a graph needs (onnx.proto3, Apache-2.0: field numbers are the format's).
 * `keepCase` keeps the schema's own snake_case names.
 */
const schema = `
syntax = "proto3";
package onnx;
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; TensorProto t = 5; GraphProto g = 6; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated AttributeProto attribute = 5; string domain = 7;
}
message TensorProto {
  repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4; repeated int32 int32_data = 5; repeated int64 int64_data = 7;
  string name = 8; bytes raw_data = 9; repeated double double_data = 10; int32 data_location = 14;
}
message TensorShapeProto { message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } } repeated Dimension dim = 1; }
message TypeProto { message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; } Tensor tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5; repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7; repeated OperatorSetIdProto opset_import = 8; }
`;

const model = protobuf.parse(schema, { keepCase: true }).root.lookupType("onnx.ModelProto");

/** ONNX's numbers for element types. */
export const elementType = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export type OnnxType = keyof typeof elementType;

export interface OnnxAttribute {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly g?: OnnxGraph;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
  readonly t?: OnnxTensor;
}

export interface OnnxNode {
  readonly name: string;
  readonly op_type: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
}

export interface OnnxInitializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly raw_data: Uint8Array;
}

/** A tensor as other writers store it: raw bytes, or one of the lists; `data_location` 1 means another file. */
export interface OnnxTensor extends Partial<OnnxInitializer> {
  readonly float_data?: readonly number[];
  readonly int32_data?: readonly number[];
  readonly double_data?: readonly number[];
  readonly data_location?: number;
}

/** A graph inside a model: the whole, or the body of a loop. */
export interface OnnxGraph {
  readonly name: string;
  readonly node: readonly OnnxNode[];
  readonly initializer: readonly OnnxInitializer[];
  readonly input: readonly OnnxValueInfo[];
  readonly output: readonly OnnxValueInfo[];
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: unknown;
}

/** A typed value; a dimension given as a word may differ from call to call. */
export const valueInfo = (
  name: string,
  type: OnnxType,
  shape: readonly (number | string)[],
): OnnxValueInfo => ({
  name,
  type: {
    tensor_type: {
      elem_type: elementType[type],
      shape: { dim: shape.map((d) => (typeof d === "number" ? { dim_value: d } : { dim_param: d })) },
    },
  },
});

const encoder = new TextEncoder();

/** Whole numbers become int attributes: give a float attribute that happens to be whole as `{ float: 1 }`. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: OnnxGraph };

export function attribute(name: string, value: AttributeValue): OnnxAttribute {
  if (typeof value === "string") return { name, type: 3, s: encoder.encode(value) };
  if (typeof value === "number") {
    return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value };
  }
  if ("float" in value) return { name, type: 1, f: value.float };
  if ("graph" in value) return { name, type: 5, g: value.graph };
  return { name, type: 7, ints: value };
}

/** The bytes of a model. `com.microsoft` holds ONNX Runtime's FusedMatMul. */
export function encodeModel(
  node: readonly OnnxNode[],
  initializer: readonly OnnxInitializer[],
  input: readonly OnnxValueInfo[],
  output: readonly OnnxValueInfo[],
): Uint8Array {
  const graph = { name: "outrigger", node, initializer, input, output };
  const opset_import = [
    { domain: "", version: 21 },
    { domain: "com.microsoft", version: 1 },
  ];
  return model
    .encode(model.create({ ir_version: 10, producer_name: "outrigger", graph, opset_import }))
    .finish();
}

/** A model as it lies in a file: fields that are zero or empty may be left out. */
export interface OnnxFile {
  readonly ir_version?: number;
  readonly producer_name?: string;
  readonly opset_import: readonly { readonly domain?: string; readonly version?: number }[];
  readonly graph?: {
    readonly name?: string;
    readonly node: readonly (Partial<OnnxNode> & Pick<OnnxNode, "input" | "output" | "attribute">)[];
    readonly initializer: readonly OnnxTensor[];
    readonly input: readonly OnnxValueInfo[];
    readonly output: readonly OnnxValueInfo[];
  };
}

/** Reads a model; throws protobufjs's error for bytes that are none. Integers above 2^53 lose their last digits. */
export const decodeFile = (bytes: Uint8Array): OnnxFile =>
  model.toObject(model.decode(bytes), { longs: Number, arrays: true }) as OnnxFile;

export const encodeFile = (file: OnnxFile): Uint8Array =>
  model.encode(model.fromObject({ ...file })).finish();
