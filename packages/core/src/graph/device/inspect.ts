import { platform } from "#platform";
import { backendPackages } from "../tfjs-backend.ts";
import { type Adapter, findAdapter } from "./adapter.ts";
import { attempt, candidates } from "./attempt.ts";
import { chooseDevice } from "./choose.ts";
import type { Place } from "./device.ts";

/** What there is on this machine to run graphs on. Plain JSON. */
export interface Inspection {
  /** Packages by name; null for those that are not installed. */
  readonly packages: Readonly<Record<string, string | null>>;
  /** Execution providers that this build of ONNX Runtime knows. */
  readonly providers: readonly string[];
  /** Whether the libraries of the CUDA provider are installed with it. */
  readonly cudaLibraries: boolean;
  /** What WebGPU finds, or in words why it finds nothing. */
  readonly adapter: Adapter | string;
  /** Every runtime on every device: what it would be, or what is missing and how to get it. */
  readonly devices: readonly {
    readonly runtime: "onnx" | "tfjs";
    readonly device: Place;
    readonly works: boolean;
    readonly why: string;
  }[];
  /** What is taken for `{}`, `{ runtime: "tfjs" }` and `{ device: "gpu" }`; for the last, in words when there is none. */
  readonly chosen: Readonly<Record<"default" | "tfjs" | "gpu", string>>;
}

const packages = ["onnxruntime-node", "@tensorflow/tfjs", "webgpu", ...Object.values(backendPackages).flat()];

async function providers(): Promise<string[]> {
  const ort = (await platform.loadOnnxRuntime()) as { listSupportedBackends?: () => { name: string }[] };
  return ort.listSupportedBackends?.().map(({ name }) => name) ?? [];
}

async function chosen(options: Parameters<typeof chooseDevice>[0]): Promise<string> {
  try {
    const { runtime, device, why } = await chooseDevice(options);
    return `${runtime} ${device}: ${why}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Tries all devices and tells what each is or lacks: the data of `outrigger doctor`.
 *
 * Cost: every driver and every backend that is installed is started, some seconds.
 */
export async function inspectDevices(): Promise<Inspection> {
  const devices: Inspection["devices"][number][] = [];
  for (const candidate of candidates) {
    const [runtime, device] = candidate;
    const result = await attempt(candidate);
    devices.push({
      runtime,
      device,
      works: result.works,
      why: result.works ? result.device.why : result.why,
    });
  }
  return {
    packages: Object.fromEntries(packages.map((name) => [name, platform.packageVersion(name) ?? null])),
    providers: await providers(),
    cudaLibraries: platform.hasCudaLibraries(),
    adapter: await findAdapter(),
    devices,
    chosen: {
      default: await chosen({}),
      tfjs: await chosen({ runtime: "tfjs" }),
      gpu: await chosen({ device: "gpu" }),
    },
  };
}
