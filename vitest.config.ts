import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { defineConfig } from "vitest/config";

/** Tests read the sources of every package through the `@outrigger/source` export condition, so they need no build. */
const conditions = ["@outrigger/source", "node", "import", "module", "default"];

const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Without a GPU, WebGPU runs on the software adapter of Debian's chromium, where that is installed. Loaders read both at start. */
function softwareAdapter(): Record<string, string> {
  const { VK_ICD_FILENAMES, LD_LIBRARY_PATH } = process.env;
  if (VK_ICD_FILENAMES || !existsSync(swiftShader)) return {};
  if (["/dev/dri", "/dev/nvidiactl"].some((path) => existsSync(path))) return {};
  const libraries = [dirname(swiftShader), ...(LD_LIBRARY_PATH ? [LD_LIBRARY_PATH] : [])];
  return { VK_ICD_FILENAMES: swiftShader, LD_LIBRARY_PATH: libraries.join(":") };
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts"],
    env: softwareAdapter(),
    // A limit for what hangs, not for what is slow: machines are shared.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Native threads and WebAssembly instances live in a process: one each keeps them apart.
    pool: "forks",
    maxWorkers: 2,
  },
});
