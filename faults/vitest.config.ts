import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import base from "../vitest.config.ts";
import { FaultTable } from "./support/table.ts";

/** The long version of the faults, `npm run test:faults`; `npm test` tries a few cases of each. */
export default defineConfig({
  ...base,
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    ...base.test,
    projects: undefined,
    include: ["faults/*.test.ts"],
    env: { ...base.test?.env, FAULTS: "long" },
    testTimeout: 1_800_000,
    reporters: ["default", new FaultTable("docs/faults.md")],
  },
});
