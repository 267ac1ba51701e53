import { describeAdapter } from "@outrigger/core/graph/device/adapter";
import type { DeviceOptions } from "@outrigger/core/graph/index";
import { array, chooseDevice, compile } from "@outrigger/core/graph/index";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { platform } from "#platform";
import { refused } from "../support/errors.ts";
import { hasTfjsNode } from "../support/tfjs-node.ts";
import { noWebGpu, tensorflow } from "./optional.ts";

const noGpu = platform.mayHaveGpu() ? " (skipped: there may be a GPU)" : "";

describe("a device", () => {
  it.skipIf(noGpu !== "")(`is the CPU on a machine without a GPU, and says why${noGpu}`, async () => {
    expect(await chooseDevice()).toEqual({
      runtime: "onnx",
      device: "cpu",
      keeps: false,
      why: "ONNX Runtime on the CPU: no GPU is seen",
    });
    const error = await refused(chooseDevice({ device: "gpu" }));
    expect([error.code, error.message]).toEqual(["unsupported", expect.stringContaining("no GPU is seen")]);
  });

  it.skipIf(noGpu + hasTfjsNode !== "")(`is wasm for tfjs alone${noGpu}${hasTfjsNode}`, async () => {
    const { device, why } = await chooseDevice({ runtime: "tfjs" });
    expect(device).toBe("wasm");
    expect(why).toContain("npm install @tensorflow/tfjs-node");
  });

  it.each<[DeviceOptions, string]>([
    [{ device: "cpu" }, "onnx cpu"],
    [{ device: "wasm" }, "tfjs wasm"],
    [{ runtime: "tfjs", device: "cpu" }, "tfjs cpu"],
  ])("%o is taken at its word", async (options, wanted) => {
    const { runtime, device } = await chooseDevice(options);
    expect(`${runtime} ${device}`).toBe(wanted);
  });

  it.skipIf(hasTfjsNode !== "")(`that needs a package names it${hasTfjsNode}`, async () => {
    const error = await refused(chooseDevice({ device: "tensorflow" }));
    expect([error.code, error.message]).toEqual([
      "missing-package",
      expect.stringContaining("npm install @tensorflow/tfjs-node"),
    ]);
  });

  it("that the runtime does not have is refused, and so are words that are none of the options", async () => {
    expect((await refused(chooseDevice({ runtime: "onnx", device: "wasm" }))).code).toBe("unsupported");
    for (const options of [{ device: "tpu" }, { runtime: "jax" }] as never[]) {
      expect((await refused(chooseDevice(options))).code).toBe("bad-option");
    }
  });

  it.skipIf(noWebGpu !== "")(`is WebGPU when asked for, named after the adapter${noWebGpu}`, async () => {
    for (const runtime of ["onnx", "tfjs"] as const) {
      const chosen = await chooseDevice({ runtime, device: "webgpu" });
      expect(chosen).toMatchObject({ runtime, device: "webgpu", keeps: true });
    }
  });

  it.skipIf(tensorflow.missing !== "")(`is libtensorflow when asked for${tensorflow.missing}`, async () => {
    const { device, why } = await chooseDevice({ device: "tensorflow" });
    expect([device, why]).toEqual(["tensorflow", expect.stringContaining("@tensorflow/tfjs-node")]);
  });

  it("is told by a compiled function, before and after it runs", async () => {
    const double = compile(((x: tf.Tensor) => tf.mul(x, 2)) as never, { runtime: "tfjs", device: "cpu" });
    expect(await double.describe()).toMatchObject({ runtime: "tfjs", device: "cpu" });
    await double(array([1]));
    expect((await double.describe()).why).toContain('backend "cpu"');
    await double.dispose();
  });
});

describe("an adapter", () => {
  const real = { vendor: "nvidia", architecture: "hopper", device: "", description: "NVIDIA H100" };

  it("that is a GPU is one", () => {
    expect(describeAdapter(real)).toEqual({ name: "NVIDIA H100", vendor: "nvidia", software: false });
    expect(describeAdapter({ ...real, description: "" }).name).toBe("nvidia hopper");
  });

  it.each([
    { ...real, isFallbackAdapter: true },
    { vendor: "google", architecture: "swiftshader", device: "", description: "SwiftShader driver 5.0.0" },
    { vendor: "mesa", architecture: "", device: "", description: "llvmpipe (LLVM 15.0.6, 256 bits)" },
    { vendor: "microsoft", architecture: "", device: "", description: "Microsoft Basic Render Driver" },
  ])("that computes on the CPU is known as such: $description", (info) => {
    expect(describeAdapter(info).software).toBe(true);
  });
});
