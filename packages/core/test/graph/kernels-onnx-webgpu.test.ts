import { describeOptional } from "./optional-executor.ts";
import { onWebGpu } from "./webgpu-bounds.ts";

await describeOptional(["onnx", "webgpu"], onWebGpu);
