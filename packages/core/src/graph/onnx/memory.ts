import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { OnnxRuntime } from "../../platform/platform.ts";
import { type ArrayData, type DType, emptyData, type NDArray, sizeOf } from "../array.ts";
import { Held } from "../executable.ts";
import { copyModel } from "./copy.ts";

/** Values of ONNX Runtime that stay between runs. */
export interface Memory {
  hold(array: NDArray): Held;
  read(held: readonly Held[]): Promise<NDArray[]>;
  dispose(): Promise<void>;
}

/** On the host, held values are arrays; those of freed values are used again, so that a step writes beside the state that it reads. */
export class HostMemory implements Memory {
  private readonly free = new Map<string, ArrayData[]>();

  /** An array that holds anything. */
  take({ shape, dtype }: { shape: readonly number[]; dtype: DType }): Held {
    const size = sizeOf(shape);
    const key = `${dtype} ${size}`;
    const data = this.free.get(key)?.pop() ?? emptyData(dtype, size);
    const array: NDArray = { shape, dtype, data };
    return new Held(array, array, () => {
      const list = this.free.get(key);
      if (list) list.push(data);
      else this.free.set(key, [data]);
    });
  }

  hold(array: NDArray): Held {
    const held = this.take(array);
    (held.value as NDArray).data.set(array.data);
    return held;
  }

  async read(held: readonly Held[]): Promise<NDArray[]> {
    return held.map(({ value }) => {
      const { shape, dtype, data } = value as NDArray;
      return { shape, dtype, data: data.slice() };
    });
  }

  async dispose(): Promise<void> {
    this.free.clear();
  }
}

/** On a GPU, held values are results that stayed there, or arrays of the host that the next run uploads. */
export class GpuMemory implements Memory {
  private readonly ort: OnnxRuntime;
  private readonly provider: string;
  private readonly sessions = new Map<string, Promise<InferenceSession>>();

  constructor(ort: OnnxRuntime, provider: string) {
    this.ort = ort;
    this.provider = provider;
  }

  hold({ shape, dtype, data }: NDArray): Held {
    return this.keep(
      { shape, dtype },
      new this.ort.Tensor(dtype as "float32", data.slice() as Float32Array, shape),
    );
  }

  keep(spec: { shape: readonly number[]; dtype: DType }, tensor: Tensor): Held {
    return new Held(spec, tensor, () => tensor.dispose());
  }

  /** onnxruntime-node cannot download a result that stayed on the GPU; a model that copies its inputs can. */
  async read(held: readonly Held[]): Promise<NDArray[]> {
    const key = held.map(({ shape, dtype }) => `${dtype}[${shape.join()}]`).join();
    const session = this.sessions.get(key) ?? this.open(held);
    this.sessions.set(key, session);
    const feeds = Object.fromEntries(held.map(({ value }, i) => [`in${i}`, value as Tensor]));
    const results = await (await session).run(feeds);
    return held.map(({ shape, dtype }, i) => ({
      shape,
      dtype,
      data: results[`out${i}`]!.data.slice() as ArrayData,
    }));
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).release();
    this.sessions.clear();
  }

  private open(specs: readonly { shape: readonly number[]; dtype: DType }[]): Promise<InferenceSession> {
    return this.ort.InferenceSession.create(copyModel(specs), {
      executionProviders: [this.provider],
      logSeverityLevel: 3,
    });
  }
}
