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

/** What else to try where a package is missing or does not load. */
const advice: Partial<Record<TfjsBackend, string>> = {
  tensorflow:
    "; where its downloads cannot be reached, bash node_modules/@outrigger/core/scripts/build-tfjs-node.sh builds it",
};

/** What is used of tfjs-node's backend. */
interface NodeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

/** A backend that was started, what it came from, and whether it computes on a GPU by CUDA; or why it was not. */
export type Started =
  | { readonly from?: string; readonly cuda: boolean }
  | { readonly missing: string }
  | { readonly failed: string };

/** Loads the first of some packages that is installed. @throws whatever a package throws that is installed and does not load */
async function load(packages: readonly string[]): Promise<string | undefined> {
  for (const name of packages) if (await platform.importPackage(name)) return name;
  return undefined;
}

async function start(backend: TfjsBackend): Promise<Started> {
  if (backend === "webgpu" && (await platform.webGpu()) === undefined) {
    return { missing: `WebGPU is not there: ${platform.webGpuCure}` };
  }
  const packages = backendPackages[backend];
  // Before a package is loaded: tfjs-node chooses its own backend then.
  const before = currentBackend();
  const production = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  try {
    const from = await load(packages);
    if (from === undefined && packages.length > 0) {
      const cure = `npm install ${packages.at(-1)}${advice[backend] ?? ""}`;
      return { missing: `${packages.join(" or ")} is not installed: ${cure}` };
    }
    if (!(await tf.setBackend(backend))) return { failed: `tfjs could not start its backend "${backend}"` };
    const { binding, isUsingGpuDevice } = tf.findBackend(backend) as Partial<NodeBackend>;
    return {
      from: binding ? `${from} with TensorFlow ${binding.TF_Version}` : from,
      cuda: isUsingGpuDevice === true,
    };
  } catch (error) {
    const said = (error as Error).message.replaceAll(/\s+/g, " ").replace(/[ .]+$/, "");
    return { failed: `tfjs could not start its backend "${backend}": ${said}${advice[backend] ?? ""}` };
  } finally {
    if (currentBackend() !== before) await tf.setBackend(before);
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
