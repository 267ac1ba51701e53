/** What runs a graph: ONNX Runtime on the CPU or through a provider, or a backend of tfjs. */
export type Place = "cpu" | "cuda" | "webgpu" | "tensorflow" | "wasm";

/** Where a graph is to run. */
export interface DeviceOptions {
  /** `onnx`: one native call a run. `tfjs`: node by node on a tfjs backend. Default: `onnx`, unless only tfjs has the device asked for. */
  readonly runtime?: "onnx" | "tfjs";
  /**
   * - `auto`: the fastest that works; a GPU only when it is a real one, since drivers in software are slower than the CPU.
   * - `gpu`: a real GPU, by CUDA where that works, else by WebGPU.
   * - `cpu`: ONNX Runtime, or tfjs's own JavaScript.
   * - `cuda`: ONNX Runtime's CUDA provider, or `@tensorflow/tfjs-node-gpu`.
   * - `webgpu`: ONNX Runtime's WebGPU provider, or tfjs's WebGPU backend; adapters in software are taken, too.
   * - `tensorflow`: libtensorflow through `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`. `wasm`: tfjs's WebAssembly backend.
   *
   * Default `auto`.
   */
  readonly device?: "auto" | "gpu" | Place;
}

/** A device that works, and why it was taken. */
export interface Device {
  readonly runtime: "onnx" | "tfjs";
  readonly device: Place;
  /** Whether values can stay on it between runs, away from the host's memory. */
  readonly keeps: boolean;
  /** For people: "WebGPU on NVIDIA H100", say, or why no GPU was taken. */
  readonly why: string;
}
