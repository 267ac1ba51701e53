import type { Network } from "../network.ts";
import { cnn } from "./cnn.ts";
import { gin } from "./gin.ts";
import { mlp } from "./mlp.ts";
import { transformer } from "./transformer.ts";

/** The networks of the benchmark, in the order of its tables. */
export const networks: readonly Network[] = [mlp, cnn, transformer, gin];
