export * from "./benchmark.ts";
export { BenchError, type BenchErrorCode } from "./error.ts";
