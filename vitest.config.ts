import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { softwareAdapter } from "./packages/core/bench/software-adapter.ts";

/** Tests read the sources of every package through the `@outrigger/source` export condition, so they need no build. */
const conditions = ["@outrigger/source", "node", "import", "module", "default"];

/** The files that take minutes. They start first: one that starts last leaves the other worker idle until it ends. */
const long = [
  "website/test/blocks.test.ts",
  "packages/core/test/graph/kernels-tfjs-webgpu.test.ts",
  "packages/core/test/graph/kernels-onnx-webgpu.test.ts",
  "packages/bench/test/queue.test.ts",
  "packages/core/test/procedure-contract.test.ts",
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? long.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // Of faults a few cases each; all of them with `npm run test:faults`.
    include: [
      "packages/*/test/**/*.test.ts",
      "examples/*/test/**/*.test.ts",
      "faults/*.test.ts",
      "scripts/packages/test/**/*.test.ts",
      "website/test/**/*.test.ts",
    ],
    env: softwareAdapter(),
    sequence: { sequencer: LongFirst },
    setupFiles: ["./vitest.setup.ts"],
    // A limit for what hangs, not for what is slow: machines are shared.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Native threads and WebAssembly instances live in a process: one each keeps them apart.
    pool: "forks",
    maxWorkers: 2,
  },
});
