import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import zlib from "node:zlib";
import type { WebGpu } from "../graph/device/adapter.ts";
import type { OnnxRuntime, Platform } from "./platform.ts";

const require = createRequire(import.meta.url);

/** Kept: Dawn's adapters and devices live as long as the object that they came from. */
let gpu: WebGpu | undefined;

/** tfjs and its WebGPU backend look for the names of the standard among the globals, as in a page. */
async function openDawn(): Promise<WebGpu | undefined> {
  if (gpu) return gpu;
  let file: string;
  try {
    file = require.resolve("webgpu");
  } catch {
    return undefined;
  }
  const dawn = (await import(pathToFileURL(file).href)) as {
    create(flags: string[]): WebGpu;
    globals: Record<string, unknown>;
  };
  gpu = dawn.create([]);
  const scope = globalThis as { navigator?: object };
  for (const [name, value] of Object.entries(dawn.globals)) {
    if (!(name in scope)) Object.defineProperty(scope, name, { value, configurable: true, writable: true });
  }
  scope.navigator ??= {};
  Object.defineProperty(scope.navigator, "gpu", { value: gpu, configurable: true });
  return gpu;
}

/** The folder of an installed package; its manifest need not be among its exports. */
function packageRoot(name: string): string | undefined {
  const roots = require.resolve.paths(name) ?? [];
  return roots.map((root) => path.join(root, name)).find((folder) => fs.existsSync(folder));
}

/** Device files of GPUs on Linux; `dxg` is the one of Windows' Linux. */
function gpuFiles(): boolean {
  const render =
    fs.existsSync("/dev/dri") && fs.readdirSync("/dev/dri").some((file) => file.startsWith("render"));
  return render || ["/dev/nvidiactl", "/dev/dxg"].some((file) => fs.existsSync(file));
}

export const platform: Platform = {
  name: "node",
  loadOnnxRuntime: async () => require("onnxruntime-node") as OnnxRuntime,
  webGpuBuildHasDoubles: true,
  writesIntoOutputs: true,
  async importPackage(name) {
    let file: string;
    try {
      file = require.resolve(name);
    } catch {
      return false;
    }
    await import(pathToFileURL(file).href);
    return true;
  },
  webGpu: openDawn,
  mayHaveGpu: () => process.platform !== "linux" || gpuFiles(),
  hasCudaLibraries() {
    const root = packageRoot("onnxruntime-node");
    if (root === undefined) return false;
    const folder = path.join(root, "bin", "napi-v6", process.platform, process.arch);
    return ["libonnxruntime_providers_cuda.so", "onnxruntime_providers_cuda.dll"].some((file) =>
      fs.existsSync(path.join(folder, file)),
    );
  },
  webGpuCure: "npm install webgpu",
  packageVersion(name) {
    const root = packageRoot(name);
    if (root === undefined) return undefined;
    const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
      version: string;
    };
    return manifest.version;
  },
  folderOf: (moduleUrl) => fileURLToPath(new URL(".", moduleUrl)),
  pause: () => new Promise((resolve) => setImmediate(resolve)),
  progress: process.stderr,
  env: process.env,
  fs,
  path,
  os,
  crypto,
  zlib,
};
