import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** A backend as tfjs-node has it, as far as it is asked; no kernel runs on it. */
const standIn = (isUsingGpuDevice: boolean): tf.KernelBackend =>
  Object.assign(new tf.KernelBackend(), {
    binding: { TF_Version: "2.9.1" },
    isUsingGpuDevice,
    dispose: () => {},
  });

/** The device choice as a fresh process has it, with what loading a package does. */
async function choosing(load: (name: string) => boolean) {
  vi.resetModules();
  const { platform } = await import("#platform");
  vi.spyOn(platform, "importPackage").mockImplementation(async (name) => load(name));
  return (await import("@outrigger/core/graph/index")).chooseDevice;
}

/** Loads as tfjs-node does: it registers its backend and chooses it. */
const registers =
  (installed: string, isUsingGpuDevice: boolean) =>
  (name: string): boolean => {
    if (name !== installed) return false;
    tf.registerBackend("tensorflow", () => standIn(isUsingGpuDevice));
    void tf.setBackend("tensorflow");
    return true;
  };

beforeEach(() => tf.setBackend("cpu"));
afterEach(() => {
  vi.restoreAllMocks();
  if (tf.findBackend("tensorflow") !== null) tf.removeBackend("tensorflow");
});

it("libtensorflow starts, and the backend that was chosen stays chosen", async () => {
  const chooseDevice = await choosing(registers("@tensorflow/tfjs-node", false));
  expect(await chooseDevice({ device: "tensorflow" })).toMatchObject({
    keeps: false,
    why: 'tfjs\'s backend "tensorflow" of @tensorflow/tfjs-node with TensorFlow 2.9.1',
  });
  expect(tf.getBackend()).toBe("cpu");
});

it.each([true, false])("is CUDA where libtensorflow sees a GPU: %s", async (sees) => {
  const chooseDevice = await choosing(registers("@tensorflow/tfjs-node-gpu", sees));
  const cuda = chooseDevice({ runtime: "tfjs", device: "cuda" });
  if (sees) expect(await cuda).toMatchObject({ device: "tensorflow", keeps: true });
  else {
    const message = expect.stringContaining("sees no GPU") as string;
    await expect(cuda).rejects.toMatchObject({ code: "unsupported", message });
  }
});

it("that is installed without its addon is an error that says so, and other backends start", async () => {
  const chooseDevice = await choosing(() => {
    throw new Error("The Node.js native addon module (tfjs_binding.node) can not be found");
  });
  const refused = chooseDevice({ device: "tensorflow" });
  await expect(refused).rejects.toMatchObject({ code: "unsupported" });
  await expect(refused).rejects.toThrow("native addon module (tfjs_binding.node) can not be found");
  await expect(refused).rejects.toThrow("build-tfjs-node.sh builds it");
  expect(await chooseDevice({ runtime: "tfjs", device: "cpu" })).toMatchObject({ device: "cpu" });
});
