import * as tf from "@tensorflow/tfjs";
import { attempt } from "../../src/graph/device/attempt.ts";
import { describeOptional } from "./optional-executor.ts";
import { onWebGpu } from "./webgpu-bounds.ts";

// tfjs hands small tensors to the CPU, which is not what these tests are about.
if ((await attempt(["tfjs", "webgpu"])).works) {
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  tf.env().set("WEBGPU_CPU_HANDOFF_SIZE_THRESHOLD", 0);
}

await describeOptional(["tfjs", "webgpu"], onWebGpu);
