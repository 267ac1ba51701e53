import { OutriggerError } from "../error.ts";
import type { WebGpu } from "../graph/device/adapter.ts";
import type { Platform } from "./platform.ts";

/** Bundlers must see the names of packages as text. */
const packages: Readonly<Record<string, () => Promise<unknown>>> = {
  "@tensorflow/tfjs-backend-wasm": () => import("@tensorflow/tfjs-backend-wasm"),
  "@tensorflow/tfjs-backend-webgpu": () => import("@tensorflow/tfjs-backend-webgpu"),
};

type Module = "fs" | "path" | "os" | "crypto" | "zlib";

/** Stands for a module of Node: importing is harmless, using it is an error. */
function absent<M extends Module>(module: M): Platform[M] {
  return new Proxy({} as Platform[M], {
    get(_, member) {
      const said = `${module}.${String(member)} does not exist in a page`;
      const cure = "leave out `directory`, and fetch data instead of naming files";
      throw new OutriggerError("unsupported", `${said}: ${cure}.`, { module, member: String(member) });
    },
  });
}

export const platform: Platform = {
  name: "browser",
  async loadOnnxRuntime(webgpu = false) {
    try {
      return webgpu ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
    } catch (cause) {
      const said = `onnxruntime-web could not be loaded: ${(cause as Error).message}`;
      const cure = 'npm install onnxruntime-web, or use runtime "tfjs"';
      throw new OutriggerError("missing-package", `${said}; ${cure}.`, { package: "onnxruntime-web" }, cause);
    }
  },
  webGpuBuildHasDoubles: false,
  writesIntoOutputs: false,
  async importPackage(name) {
    const load = packages[name];
    if (load === undefined) return false;
    try {
      await load();
      return true;
    } catch {
      return false;
    }
  },
  webGpu: async () => (globalThis as { navigator?: { gpu?: WebGpu } }).navigator?.gpu,
  mayHaveGpu: () => true,
  hasCudaLibraries: () => false,
  webGpuCure: "use a browser with WebGPU, and a page from https or localhost",
  packageVersion: () => undefined,
  folderOf: (moduleUrl) => moduleUrl.replace(/[^/]*$/, ""),
  // Pages in the background get one timer a second; messages are not held back.
  pause: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      // Node's typings, the only ones here, know ports as event emitters; in a page they are event targets.
      const target = port1 as unknown as EventTarget;
      target.addEventListener(
        "message",
        () => {
          port1.close();
          resolve();
        },
        { once: true },
      );
      port1.start();
      port2.postMessage(null);
    }),
  progress: { write: (text: string) => console.info(text.trimEnd()) },
  env: {},
  fs: absent("fs"),
  path: absent("path"),
  os: absent("os"),
  crypto: absent("crypto"),
  zlib: absent("zlib"),
};
