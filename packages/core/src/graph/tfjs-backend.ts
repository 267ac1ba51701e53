import * as tf from "@tensorflow/tfjs";
import { platform } from "#platform";

/** Backends of tfjs that {@link startBackend} knows. */
export type TfjsBackend = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** tfjs chooses a backend on first use; before that, in Node, it is going to be the cpu one. */
export const currentBackend = (): string => tf.getBackend() ?? "cpu";

/** Runs `f` with another backend chosen, and puts the old one back. The backend must have been started. */
export function onBackend<T>(backend: string, f: () => T): T {
  const before = currentBackend();
  const production = tf.env().getBool("PROD");
  // tfjs advertises its native package on the first use of the cpu backend; production mode keeps it quiet.
  tf.env().set("PROD", true);
  if (before !== backend) void tf.setBackend(backend);
  try {
    return f();
  } finally {
    if (before !== backend) void tf.setBackend(before);
    tf.env().set("PROD", production);
  }
}

/** Loading the first that is installed registers the backend with tfjs. They are the user's own packages, except for wasm's. */
export const backendPackages: Readonly<Record<TfjsBackend, readonly string[]>> = {
  tensorflow: ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"],
  webgpu: ["@tensorflow/tfjs-backend-webgpu"],
  wasm: ["@tensorflow/tfjs-backend-wasm"],
  cpu: [],
};

/** A backend that was started, and the package that it came from; or why it was not. */
export type Started = { readonly from?: string } | { readonly missing: string } | { readonly failed: string };

async function start(backend: TfjsBackend): Promise<Started> {
  if (backend === "webgpu" && (await platform.webGpu()) === undefined) {
    return { missing: `WebGPU is not there: ${platform.webGpuCure}` };
  }
  const packages = backendPackages[backend];
  let from: string | undefined;
  for (const name of packages) {
    if (from === undefined && (await platform.importPackage(name))) from = name;
  }
  if (from === undefined && packages.length > 0) {
    return { missing: `${packages.join(" or ")} is not installed: npm install ${packages.at(-1)}` };
  }
  const before = currentBackend();
  const production = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  try {
    if (await tf.setBackend(backend)) return { from };
    return { failed: `tfjs could not start its backend "${backend}"` };
  } catch (error) {
    return { failed: `tfjs could not start its backend "${backend}": ${(error as Error).message}` };
  } finally {
    await tf.setBackend(before);
    tf.env().set("PROD", production);
  }
}

const started = new Map<TfjsBackend, Promise<Started>>();
let last: Promise<unknown> = Promise.resolve();

/** Starts a backend of tfjs once, one after another; the backend that is chosen stays chosen. */
export function startBackend(backend: TfjsBackend): Promise<Started> {
  const known = started.get(backend) ?? last.then(() => start(backend));
  started.set(backend, known);
  last = known;
  return known;
}
