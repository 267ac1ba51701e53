import { backendPackages } from "@outrigger/core/graph/tfjs-backend";
import { platform } from "#platform";

const installed = backendPackages.tensorflow.find((name) => platform.packageVersion(name) !== undefined);

/** A note for the title of a test that needs tfjs-node to be missing; empty when it is. */
export const hasTfjsNode: string = installed === undefined ? "" : ` (skipped: ${installed} is installed)`;
