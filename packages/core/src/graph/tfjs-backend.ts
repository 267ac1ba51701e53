import tf from "@tensorflow/tfjs";
import { platform } from "#platform";
import { OutriggerError } from "../error.ts";

/** Backends of tfjs that {@link readyBackend} knows how to start. */
export type TfjsBackend = "tensorflow" | "wasm" | "cpu";

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

/** Modules are named by variables: they are the user's own packages, not ours, or are loaded only when asked for. */
const packages: Record<TfjsBackend, readonly string[]> = {
  tensorflow: ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"],
  wasm: ["@tensorflow/tfjs-backend-wasm"],
  cpu: [],
};

/** Whether one of the packages is installed; loading it registers its backend with tfjs. */
async function load(names: readonly string[]): Promise<boolean> {
  for (const name of names) if (await platform.importPackage(name)) return true;
  return names.length === 0;
}

async function start(backend: TfjsBackend): Promise<boolean> {
  if (!(await load(packages[backend]))) return false;
  const before = currentBackend();
  const production = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  const started = await tf.setBackend(backend);
  await tf.setBackend(before);
  tf.env().set("PROD", production);
  return started;
}

/**
 * Starts a tfjs backend. Without a name it takes the fastest that is there: libtensorflow (when the user has installed
 * `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`), then wasm.
 *
 * @returns the backend's name
 * @throws OutriggerError `missing-package` when the backend's package is not installed
 */
export async function readyBackend(backend?: TfjsBackend): Promise<TfjsBackend> {
  for (const candidate of backend ? [backend] : (["tensorflow", "wasm", "cpu"] as const)) {
    if (await start(candidate)) return candidate;
  }
  const install = backend ? packages[backend].at(-1) : undefined;
  const cure = install ? `npm install ${install}` : "use backend wasm or cpu";
  throw new OutriggerError("missing-package", `the tfjs backend "${backend}" could not be started: ${cure}`, {
    backend,
  });
}
