import type { DataId, KernelFunc, NamedAttrMap, Tensor, TensorInfo } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { ArrayData, DType } from "./array.ts";
import { expansions, interceptCustomGradients } from "./custom-gradient.ts";
import { constantData, own, type Value } from "./graph.ts";
import { allComposites, allKernels, type Output } from "./kernel.ts";
import { userLine, userOp } from "./origin.ts";
import { recording } from "./recording.ts";

/** The tfjs backend whose data are symbolic values. */
export const backendName = "outrigger-graph";

/** A backend that computes nothing. tfjs asks it only to keep references and to write constants. */
class GraphBackend extends tf.KernelBackend {
  override write(values: ArrayData, shape: number[], dtype: string): DataId {
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
      throw new OutriggerError("unsupported", `a graph has no ${dtype} tensors: use float32, int32 or bool`);
    }
    return recording().constant(values, shape, dtype);
  }

  override readSync(dataId: DataId): ArrayData {
    const value = dataId as Value;
    const data = constantData(value.node);
    if (data && "values" in data) return data.values;
    const op = userOp(value.node.origin) ?? value.node.kernel;
    const where = `made by ${op} at ${userLine(value.node.origin)}`;
    const cure = "return the tensor and read it after the step, or use tf.where instead of an if";
    const line = userLine(new Error("read"));
    throw new OutriggerError(
      "trace",
      `${line} reads a tensor's value (${where}) while it is traced: ${cure}`,
      {
        op,
        line,
      },
    );
  }

  override async read(dataId: DataId): Promise<ArrayData> {
    return this.readSync(dataId);
  }

  override move(): void {
    throw new OutriggerError(
      "trace",
      "a tensor was moved to the graph backend: trace on it only through trace()",
    );
  }

  override incRef(dataId: DataId): void {
    (dataId as Value).references++;
  }

  override refCount(dataId: DataId): number {
    return (dataId as Value).references;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const value = dataId as Value;
    value.references--;
    return force || value.references <= 0;
  }

  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}

const info = (value: Value): TensorInfo => ({
  dataId: value as DataId,
  shape: value.shape,
  dtype: value.dtype,
});

/** A list of outputs starts with an output, whose first entry is a shape; a single output starts with its shape. */
const isMany = (outputs: Output | readonly Output[]): outputs is readonly Output[] =>
  Array.isArray((outputs[0] as readonly unknown[] | undefined)?.[0]);

/** Records a call: reads the inputs' symbolic values, asks the shape rule, appends a node. */
function recordKernel(
  name: string,
  infer: (inputs: Record<string, Value>, attributes: NamedAttrMap) => Output | readonly Output[],
): KernelFunc {
  return ({ inputs, attrs }) => {
    const mine = recording();
    const read: Record<string, Value> = {};
    for (const [key, tensor] of Object.entries(inputs)) if (tensor) read[key] = mine.read(tensor);
    const attributes = attrs ?? {};
    const outputs = infer(read, attributes);
    const many = isMany(outputs);
    const list = Array.isArray(inputs);
    const node = mine.append(
      name,
      read,
      list,
      attributes as Record<string, unknown>,
      many ? outputs : [outputs],
    );
    return many ? node.outputs.map(info) : info(node.outputs[0]!);
  };
}

let registered = false;

/** Registers the backend and its kernels with tfjs, once. */
export function registerBackend(): void {
  if (registered) return;
  registered = true;
  tf.registerBackend(backendName, () => new GraphBackend(), -100);
  for (const { name, infer } of allKernels()) {
    if (name === own.constant) continue;
    tf.registerKernel({ kernelName: name, backendName, kernelFunc: recordKernel(name, infer) });
  }
  for (const [kernelName, expand] of allComposites()) {
    const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
      const result = expand(inputs as Record<string, Tensor>, (attrs ?? {}) as Record<string, unknown>);
      expansions.add(recording().read(result));
      return result;
    };
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  tf.registerKernel({
    kernelName: own.input,
    backendName,
    kernelFunc: ({ attrs }) => {
      const { shape, dtype } = attrs as { shape: number[]; dtype: DType };
      return info(recording().append(own.input, {}, false, {}, [[shape, dtype]]).outputs[0]!);
    },
  });
  tf.registerKernel({
    kernelName: own.handle,
    backendName,
    kernelFunc: ({ attrs }) => {
      const value = (attrs as unknown as { value: Value }).value;
      value.references = Math.max(value.references, 0) + 1;
      return info(value);
    },
  });
  interceptCustomGradients();
}
