import type * as Ort from "onnxruntime-node";
import type { WebGpu } from "../graph/device/adapter.ts";

/** What is used of ONNX Runtime; its packages for Node and for pages share it. */
export type OnnxRuntime = Pick<typeof Ort, "InferenceSession" | "Tensor" | "env">;

/** What Node and a page do differently. Every other file of `core` is the same in both. */
export interface Platform {
  readonly name: "node" | "browser";
  /**
   * Loads ONNX Runtime on first use: `onnxruntime-node`, or `onnxruntime-web`.
   *
   * @param webgpu whether sessions on WebGPU are wanted: in a page that is another, larger build
   */
  loadOnnxRuntime(webgpu?: boolean): Promise<OnnxRuntime>;
  /** Whether the build of ONNX Runtime for WebGPU has doubles, on the CPU beside it. */
  readonly webGpuBuildHasDoubles: boolean;
  /** Whether sessions write results into the arrays given to `run`; if not, they return arrays of their own. */
  readonly writesIntoOutputs: boolean;
  /** Imports a package for its side effects; false when it is not installed, or cannot be used on this platform. */
  importPackage(name: string): Promise<boolean>;
  /** WebGPU's entry point: the page's, or that of Dawn in the package `webgpu`; undefined without it. Also sets `navigator.gpu` for tfjs. */
  webGpu(): Promise<WebGpu | undefined>;
  /** Whether there may be a GPU, told without loading a driver. */
  mayHaveGpu(): boolean;
  /** Whether the libraries of ONNX Runtime's CUDA provider lie beside it. */
  hasCudaLibraries(): boolean;
  /** What is missing where `webGpu` finds nothing. */
  readonly webGpuCure: string;
  /** The version of an installed package. */
  packageVersion(name: string): string | undefined;
  /** The folder of a module, as stack traces print it, with its last slash. */
  folderOf(moduleUrl: string): string;
  /** Lets events, timers and signals in. */
  pause(): Promise<void>;
  /** Where progress goes. */
  readonly progress: {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Modules of Node; in a page, each use of them throws OutriggerError `unsupported`. */
  readonly fs: typeof import("node:fs");
  readonly path: typeof import("node:path");
  readonly os: typeof import("node:os");
  readonly crypto: typeof import("node:crypto");
  readonly zlib: typeof import("node:zlib");
}
