import type { CompileOptions } from "@outrigger/core/graph/index";

/** The executor that tests compare with: tfjs's own cpu kernels. */
export const reference: CompileOptions = { runtime: "tfjs", device: "cpu" };
