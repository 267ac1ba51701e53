import { platform } from "#platform";
import { copyModel } from "../onnx/copy.ts";
import { startBackend, type TfjsBackend } from "../tfjs-backend.ts";
import { type Adapter, findAdapter } from "./adapter.ts";
import type { Device, Place } from "./device.ts";

/** A runtime on a device, and what came of trying it. */
export type Attempt =
  | { readonly works: true; readonly device: Device; readonly adapter?: Adapter }
  | { readonly works: false; readonly code: "missing-package" | "unsupported"; readonly why: string };

const missing = (why: string): Attempt => ({ works: false, code: "missing-package", why });
const unsupported = (why: string): Attempt => ({ works: false, code: "unsupported", why });

/** Sessions that stay open: when its last session on WebGPU is released, ONNX Runtime drops the driver that a second Dawn may use. */
const open: unknown[] = [];

/** Opens a session of one node, which loads the provider and finds its device. */
async function openSession(provider: "cuda" | "webgpu"): Promise<string | undefined> {
  try {
    const ort = await platform.loadOnnxRuntime(provider === "webgpu");
    const session = await ort.InferenceSession.create(copyModel([{ shape: [1], dtype: "float32" }]), {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    open.push(session);
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

async function onnxCuda(): Promise<Attempt> {
  if (platform.name === "browser") return unsupported("there is no CUDA in a page");
  if (!platform.hasCudaLibraries()) {
    const cure = "npm_config_onnxruntime_node_install=cuda12 npm rebuild onnxruntime-node";
    return missing(
      `onnxruntime-node lies there without its CUDA libraries. On Linux with an NVIDIA GPU and CUDA 12: ${cure}`,
    );
  }
  const refused = await openSession("cuda");
  if (refused !== undefined) return unsupported(`ONNX Runtime's CUDA provider does not start: ${refused}`);
  // onnxruntime-node names the memory of kept outputs after WebGPU's, whatever the provider: with CUDA, state goes by the host.
  return {
    works: true,
    device: { runtime: "onnx", device: "cuda", keeps: false, why: "CUDA through ONNX Runtime" },
  };
}

/** Adapters are named by the package `webgpu`, which ONNX Runtime does not need: without it, the GPU stays nameless. */
async function onnxWebGpu(): Promise<Attempt> {
  if (platform.name === "browser" && (await platform.webGpu()) === undefined) {
    return unsupported(`WebGPU is not there: ${platform.webGpuCure}`);
  }
  const refused = await openSession("webgpu");
  if (refused !== undefined) return unsupported(`ONNX Runtime's WebGPU provider does not start: ${refused}`);
  const adapter = await findAdapter();
  const named = typeof adapter === "string" ? {} : { adapter };
  const why = `WebGPU through ONNX Runtime${typeof adapter === "string" ? "" : ` on ${adapter.name}`}`;
  return { works: true, device: { runtime: "onnx", device: "webgpu", keeps: true, why }, ...named };
}

async function tfjs(backend: TfjsBackend): Promise<Attempt> {
  const started = await startBackend(backend);
  if ("missing" in started) return missing(started.missing);
  if ("failed" in started) return unsupported(started.failed);
  const adapter = backend === "webgpu" ? await findAdapter() : undefined;
  if (typeof adapter === "string") return unsupported(adapter);
  const from = started.from === undefined ? "" : ` of ${started.from}`;
  const why = `tfjs's backend "${backend}"${from}${adapter ? ` on ${adapter.name}` : ""}`;
  const device: Device = {
    runtime: "tfjs",
    device: backend,
    keeps: backend === "webgpu" || started.cuda,
    why,
  };
  return { works: true, device, ...(adapter ? { adapter } : {}) };
}

async function tfjsWebGpu(): Promise<Attempt> {
  const adapter = await findAdapter();
  if (typeof adapter !== "string") return tfjs("webgpu");
  return (await platform.webGpu()) === undefined ? missing(adapter) : unsupported(adapter);
}

/** tfjs reaches CUDA through libtensorflow, if that is a build for GPUs and sees one. */
async function tfjsCuda(): Promise<Attempt> {
  const attempt = await tfjs("tensorflow");
  if (!attempt.works && attempt.code === "missing-package") {
    return missing("@tensorflow/tfjs-node-gpu is not installed: npm install @tensorflow/tfjs-node-gpu");
  }
  if (!attempt.works || attempt.device.keeps) return attempt;
  const cure = "it takes @tensorflow/tfjs-node-gpu, an NVIDIA GPU and CUDA";
  return unsupported(`${attempt.device.why} sees no GPU: ${cure}`);
}

const trials: Record<"onnx" | "tfjs", Partial<Record<Place, () => Promise<Attempt>>>> = {
  onnx: {
    cpu: async () => ({
      works: true,
      device: { runtime: "onnx", device: "cpu", keeps: false, why: "ONNX Runtime on the CPU" },
    }),
    cuda: onnxCuda,
    webgpu: onnxWebGpu,
  },
  tfjs: {
    cpu: () => tfjs("cpu"),
    wasm: () => tfjs("wasm"),
    tensorflow: () => tfjs("tensorflow"),
    webgpu: tfjsWebGpu,
    cuda: tfjsCuda,
  },
};

/** What could be tried. */
export type Candidate = readonly [runtime: "onnx" | "tfjs", device: Place];

export const candidates: readonly Candidate[] = [
  ["onnx", "cpu"],
  ["onnx", "cuda"],
  ["onnx", "webgpu"],
  ["tfjs", "tensorflow"],
  ["tfjs", "cuda"],
  ["tfjs", "webgpu"],
  ["tfjs", "wasm"],
  ["tfjs", "cpu"],
];

const known = new Map<string, Promise<Attempt>>();

/** Tries a runtime on a device, once a process. */
export function attempt([runtime, device]: Candidate): Promise<Attempt> {
  const key = `${runtime}/${device}`;
  const trial = trials[runtime][device];
  const made =
    known.get(key) ?? trial?.() ?? Promise.resolve(unsupported(`${runtime} has no device "${device}"`));
  known.set(key, made);
  return made;
}
