import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import zlib from "node:zlib";
import type { OnnxRuntime, Platform } from "./platform.ts";

const require = createRequire(import.meta.url);

export const platform: Platform = {
  name: "node",
  loadOnnxRuntime: async () => require("onnxruntime-node") as OnnxRuntime,
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
