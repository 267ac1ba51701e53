import { existsSync } from "node:fs";
import { dirname } from "node:path";

const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * Without a GPU, WebGPU can run on the software adapter of Debian's chromium. Its loader reads these variables when a process starts.
 *
 * @returns the variables to start a process with; empty where there is a GPU, another driver is chosen already, or chromium is missing
 */
export function softwareAdapter(): Record<string, string> {
  const { VK_ICD_FILENAMES, LD_LIBRARY_PATH } = process.env;
  if (VK_ICD_FILENAMES || !existsSync(swiftShader)) return {};
  if (["/dev/dri", "/dev/nvidiactl"].some((path) => existsSync(path))) return {};
  const libraries = [dirname(swiftShader), ...(LD_LIBRARY_PATH ? [LD_LIBRARY_PATH] : [])];
  return { VK_ICD_FILENAMES: swiftShader, LD_LIBRARY_PATH: libraries.join(":") };
}
