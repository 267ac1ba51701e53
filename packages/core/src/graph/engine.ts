import { chooseDevice } from "./device/choose.ts";
import type { Device, DeviceOptions } from "./device/device.ts";
import type { Engine } from "./executable.ts";
import { type OnnxOptions, openOnnx } from "./run-onnx.ts";
import { openTfjs } from "./run-tfjs.ts";

export interface EngineOptions extends DeviceOptions, Pick<OnnxOptions, "threads" | "spinning"> {}

/** Opens the device that the options ask for. @throws OutriggerError as `chooseDevice` */
export async function openEngine(options: EngineOptions): Promise<{ device: Device; engine: Engine }> {
  const device = await chooseDevice(options);
  if (device.runtime === "tfjs") return { device, engine: openTfjs(device.device) };
  const { threads, spinning } = options;
  const provider = device.device as "cpu" | "cuda" | "webgpu";
  return { device, engine: await openOnnx({ provider, threads, spinning }) };
}
