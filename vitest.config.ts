import { defineConfig } from "vitest/config";
import { softwareAdapter } from "./packages/core/bench/software-adapter.ts";

/** Tests read the sources of every package through the `@outrigger/source` export condition, so they need no build. */
const conditions = ["@outrigger/source", "node", "import", "module", "default"];

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
    setupFiles: ["./vitest.setup.ts"],
    // A limit for what hangs, not for what is slow: machines are shared.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Native threads and WebAssembly instances live in a process: one each keeps them apart.
    pool: "forks",
    maxWorkers: 2,
  },
});
