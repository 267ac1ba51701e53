import { platform } from "#platform";
import { OutriggerError } from "../../error.ts";
import { findAdapter } from "./adapter.ts";
import { attempt, type Candidate } from "./attempt.ts";
import type { Device, DeviceOptions, Place } from "./device.ts";

/** In the order of speed where all work; the GPUs first. */
const fastest = {
  onnx: { gpu: ["cuda", "webgpu"], cpu: ["cpu"] },
  tfjs: { gpu: ["cuda", "webgpu"], cpu: ["tensorflow", "wasm", "cpu"] },
} as const satisfies Record<"onnx" | "tfjs", Record<"gpu" | "cpu", readonly Place[]>>;

const list = (runtime: "onnx" | "tfjs", places: readonly Place[]): Candidate[] =>
  places.map((place) => [runtime, place]);

/** Why WebGPU is not used unasked, or undefined when it would be on a real GPU. */
async function notReal(): Promise<string | undefined> {
  if (!platform.mayHaveGpu()) return "no GPU is seen";
  const adapter = await findAdapter();
  if (typeof adapter === "string") return adapter;
  return adapter.software ? `WebGPU finds only ${adapter.name}, which computes on the CPU` : undefined;
}

/** The first that works among GPUs; the reasons of those that do not are added to `refused`. */
async function realGpu(order: readonly Candidate[], refused: string[]): Promise<Device | undefined> {
  if (!platform.mayHaveGpu()) {
    refused.push("no GPU is seen");
    return undefined;
  }
  for (const candidate of order) {
    const why = candidate[1] === "webgpu" ? await notReal() : undefined;
    const result = why === undefined ? await attempt(candidate) : undefined;
    if (result?.works) return result.device;
    refused.push(why ?? (result?.works === false ? result.why : ""));
  }
  return undefined;
}

async function auto(runtime: "onnx" | "tfjs"): Promise<Device> {
  const { gpu, cpu } = fastest[runtime];
  const refused: string[] = [];
  const found = await realGpu(list(runtime, gpu), refused);
  if (found) return found;
  for (const candidate of list(runtime, cpu)) {
    const result = await attempt(candidate);
    if (result.works) return { ...result.device, why: `${result.device.why}: ${unique(refused)}` };
    refused.push(result.why);
  }
  throw new OutriggerError("unsupported", `no device works: ${unique(refused)}`);
}

const unique = (words: readonly string[]): string => [...new Set(words)].join("; ");

/** The runtime of devices that only one has; `onnx` has the others. */
const only: Partial<Record<Place, "tfjs">> = { tensorflow: "tfjs", wasm: "tfjs" };

/**
 * Finds the device that {@link DeviceOptions} ask for, trying the candidates once a process.
 *
 * @returns what is used and why, in words for people
 * @throws OutriggerError `missing-package` when a package is not installed, naming it; `unsupported` when the device is not there or the
 *   runtime has no such device; `bad-option` for words that are none of the options
 *
 * Cost: on a machine without a GPU none; else drivers are loaded on the first call.
 *
 * @example
 * const { device, why } = await chooseDevice({ device: "auto" });
 */
export async function chooseDevice({ runtime, device = "auto" }: DeviceOptions = {}): Promise<Device> {
  check("runtime", runtime ?? "onnx", ["onnx", "tfjs"]);
  check("device", device, ["auto", "gpu", "cpu", "cuda", "webgpu", "tensorflow", "wasm"]);
  if (device === "auto") return auto(runtime ?? "onnx");
  if (device === "gpu") {
    const refused: string[] = [];
    const runtimes = runtime === undefined ? (["onnx", "tfjs"] as const) : [runtime];
    const order = runtimes.flatMap((name) => list(name, fastest[name].gpu));
    const found = await realGpu(order, refused);
    if (found) return found;
    const cure = 'outrigger doctor lists what is missing; device "webgpu" takes adapters in software, too';
    throw new OutriggerError("unsupported", `no GPU can be used: ${unique(refused)}. ${cure}.`, {
      runtime,
      device,
    });
  }
  const result = await attempt([runtime ?? only[device] ?? "onnx", device]);
  if (result.works) return result.device;
  throw new OutriggerError(result.code, `device "${device}" cannot be used: ${result.why}`, {
    runtime,
    device,
  });
}

function check(name: string, given: string, known: readonly string[]): void {
  if (known.includes(given)) return;
  throw new OutriggerError("bad-option", `${name} is "${given}": give ${known.join(", ")}`, {
    [name]: given,
  });
}
