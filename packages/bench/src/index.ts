export * from "./benchmark.ts";
export { BenchError, type BenchErrorCode } from "./error.ts";
export type { Range, Space } from "./space.ts";
