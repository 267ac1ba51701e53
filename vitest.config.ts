import { readdirSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { softwareAdapter } from "./packages/core/bench/software-adapter.ts";

/** Tests read the sources of every package through the `@outrigger/source` export condition, so most need no build. */
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
    // A worker that goes over to another project is a new process.
    const name = ({ project }: TestSpecification): string => project.name;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b) || name(a).localeCompare(name(b)));
  }
}

/** Files that have a process each: those that load drivers of GPUs or change the backends of tfjs, and those outside the packages. */
const alone = [
  "packages/core/test/{browser,device}/**/*.test.ts",
  "packages/core/test/graph/{kernels*,trace}.test.ts",
  // Of faults a few cases each; all of them with `npm run test:faults`.
  "faults/*.test.ts",
  "scripts/packages/test/**/*.test.ts",
  "website/test/lost-links.test.ts",
];

/** Files whose programs run the packages as they are built. */
const built = ["examples/*/test/**/*.test.ts", "website/test/blocks.test.ts"];

/**
 * All other test files of a package share a process, one a worker: loading tfjs and the sources for every file anew took those of the
 * domain packages 15 to 30 % of their processor time.
 */
const packages = readdirSync(new URL("packages", import.meta.url));

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    env: softwareAdapter(),
    sequence: { sequencer: LongFirst },
    setupFiles: ["./vitest.setup.ts"],
    // A limit for what hangs, not for what is slow: machines are shared.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Native threads and WebAssembly instances end with their process.
    pool: "forks",
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "alone", include: alone } },
      { extends: true, test: { name: "built", include: built, globalSetup: "./vitest.build.ts" } },
      ...packages.map((name) => ({
        extends: true as const,
        test: { name, include: [`packages/${name}/test/**/*.test.ts`], exclude: alone, isolate: false },
      })),
    ],
  },
});
