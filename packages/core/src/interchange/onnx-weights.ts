import { OutriggerError } from "../error.ts";
import { array, type NDArray, sizeOf } from "../graph/array.ts";
import { decodeFile, type OnnxFile, type OnnxTensor } from "../graph/onnx/proto.ts";

/** (−1)^sign · 2^(e−15) · 1.m, the 16-bit format of IEEE 754; below e = 1 the numbers are evenly spaced. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, mantissa] = [(bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  const scale = exponent === 0 ? 2 ** -24 : 2 ** (exponent - 25);
  return sign * scale * (exponent === 0 ? mantissa : 1024 + mantissa);
}

function fromBfloat(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
}

/** How ONNX stores a floating-point type: bytes a value, raw bytes to numbers, and the list that may stand in their place. */
interface Format {
  readonly width: number;
  readonly decode: (bytes: ArrayBuffer) => Float32Array;
  readonly list: (tensor: OnnxTensor) => readonly number[] | undefined;
}

const halves = (tensor: OnnxTensor): Uint16Array => Uint16Array.from(tensor.int32_data ?? []);
const half = (bits: Uint16Array): Float32Array => Float32Array.from(bits, fromHalf);

/** ONNX's numbers of the floating-point types. */
const formats: Readonly<Record<number, Format>> = {
  1: { width: 4, decode: (bytes) => new Float32Array(bytes), list: ({ float_data }) => float_data },
  10: {
    width: 2,
    decode: (bytes) => half(new Uint16Array(bytes)),
    list: (tensor) => Array.from(half(halves(tensor))),
  },
  11: {
    width: 8,
    decode: (bytes) => Float32Array.from(new Float64Array(bytes)),
    list: ({ double_data }) => double_data,
  },
  16: {
    width: 2,
    decode: (bytes) => fromBfloat(new Uint16Array(bytes)),
    list: (tensor) => Array.from(fromBfloat(halves(tensor))),
  },
};

/** A tensor of the file under its name; operators of the type Constant hold tensors without one. */
function* tensorsOf(graph: NonNullable<OnnxFile["graph"]>): Generator<readonly [string, OnnxTensor]> {
  for (const tensor of graph.initializer) yield [tensor.name ?? "", tensor];
  for (const { op_type, output, attribute } of graph.node) {
    const tensor = op_type === "Constant" ? attribute.find(({ t }) => t)?.t : undefined;
    if (tensor) yield [output[0] ?? "", tensor];
  }
}

/**
 * The weights of an ONNX file: every floating-point initialiser and constant by name, as float32.
 *
 * float16, bfloat16 and double are converted. Integers and texts, which are shapes and indices of the file's ops, are left out.
 *
 * @param name file name, for messages
 * @throws OutriggerError `bad-file` for bytes that are no ONNX model, or one that was cut off; `unsupported` when the weights lie
 *   in another file (ONNX's external data)
 *
 * Cost: one copy of the weights.
 *
 * @example
 * const weights = readOnnxWeights(readFileSync("model.onnx"));
 * const params = loadWeights(model.init(Random.seeded(0, "init")), weights);
 */
export function readOnnxWeights(bytes: Uint8Array, name = "the file"): Map<string, NDArray> {
  const bad = (why: string, cause?: unknown): OutriggerError =>
    new OutriggerError(
      "bad-file",
      `${name} is not a sound ONNX model: ${why}. Export it again.`,
      { path: name },
      cause,
    );
  let file: OnnxFile;
  try {
    file = decodeFile(bytes);
  } catch (cause) {
    throw bad((cause as Error).message, cause);
  }
  if (!file.ir_version || !file.graph || file.opset_import.length === 0) throw bad("parts of it are missing");
  const weights = new Map<string, NDArray>();
  for (const [key, tensor] of tensorsOf(file.graph)) {
    const format = formats[tensor.data_type ?? 0];
    if (!format) continue;
    const dims = tensor.dims ?? [];
    if (tensor.data_location === 1) {
      const said = `the weights of ${name} lie in a separate file (external data)`;
      throw new OutriggerError("unsupported", `${said}: save it as one file`, { path: name, tensor: key });
    }
    if (!dims.every((d) => Number.isSafeInteger(d) && d >= 0))
      throw bad(`"${key}" has shape [${dims.join(", ")}]`);
    const raw = tensor.raw_data;
    if (raw && raw.length % format.width !== 0) throw bad(`"${key}" is cut off`);
    // A copy: the bytes of a file start anywhere, numbers at multiples of their width.
    const values = raw?.length
      ? format.decode(new Uint8Array(raw).buffer)
      : Float32Array.from(format.list(tensor) ?? []);
    if (values.length !== sizeOf(dims)) {
      throw bad(`"${key}" has ${values.length} values for shape [${dims.join(", ")}]`);
    }
    weights.set(key, array(values, dims));
  }
  return weights;
}
