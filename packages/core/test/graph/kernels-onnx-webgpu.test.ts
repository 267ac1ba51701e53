import { describeWebGpu } from "./webgpu.ts";

await describeWebGpu("onnx");
