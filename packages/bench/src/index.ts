export * from "./benchmark.ts";
export { BenchError, type BenchErrorCode } from "./error.ts";
export type { Diagnostics } from "./results/diagnostics.ts";
export type { Range, Space } from "./space.ts";
