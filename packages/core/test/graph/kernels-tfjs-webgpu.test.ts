import { describeWebGpu } from "./webgpu.ts";

await describeWebGpu("tfjs");
