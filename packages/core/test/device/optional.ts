import { chooseDevice, type DeviceOptions } from "@outrigger/core/graph/index";

/** A device that not every machine has. */
export interface OptionalDevice {
  readonly name: string;
  readonly options: Required<DeviceOptions>;
  /** Whether parameters stay on it between steps. */
  readonly keeps: boolean;
  /** Why it cannot be tested here, as a note for a test's title; empty when it can. */
  readonly missing: string;
}

async function tried(options: Required<DeviceOptions>): Promise<OptionalDevice> {
  const named = { name: `${options.runtime} ${options.device}`, options };
  try {
    const { keeps } = await chooseDevice(options);
    return { ...named, keeps, missing: "" };
  } catch (error) {
    return { ...named, keeps: false, missing: ` (skipped: ${(error as Error).message})` };
  }
}

export const gpus: readonly OptionalDevice[] = [
  await tried({ runtime: "onnx", device: "webgpu" }),
  await tried({ runtime: "tfjs", device: "webgpu" }),
];

/** Why WebGPU cannot be tested here. */
export const noWebGpu: string = gpus.find(({ missing }) => missing !== "")?.missing ?? "";

export const tensorflow: OptionalDevice = await tried({ runtime: "tfjs", device: "tensorflow" });
