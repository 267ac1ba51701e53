import { defineConfig } from "vitest/config";

/** Tests read the sources of every package through the `@outrigger/source` export condition, so they need no build. */
const conditions = ["@outrigger/source", "node", "import", "module", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Native threads and WebAssembly instances live in a process: one each keeps them apart.
    pool: "forks",
    maxWorkers: 2,
  },
});
