import { chooseDevice } from "@outrigger/core/graph/index";

/** Why WebGPU cannot be tested here, as a note for a test's title; empty when it can. */
export async function withoutWebGpu(): Promise<string> {
  try {
    for (const runtime of ["onnx", "tfjs"] as const) await chooseDevice({ runtime, device: "webgpu" });
    return "";
  } catch (error) {
    return ` (skipped: ${(error as Error).message})`;
  }
}
