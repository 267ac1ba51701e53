import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { attempt } from "../../src/graph/device/attempt.ts";
import { openEngine } from "../../src/graph/engine.ts";
import type { Engine } from "../../src/graph/executable.ts";
import type { Executor } from "./executors.ts";
import { Findings } from "./findings.ts";
import { describeKernels } from "./kernel-checks.ts";
import { webgpuBound } from "./webgpu-bounds.ts";

/** One engine for all graphs of a file: opening a device takes longer than running on it. */
function executorOn(runtime: "onnx" | "tfjs"): Executor {
  let engine: Promise<Engine> | undefined;
  return {
    name: `${runtime} webgpu`,
    async open(graph) {
      engine ??= openEngine({ runtime, device: "webgpu" }).then((opened) => opened.engine);
      return (await engine).load(graph, 0);
    },
  };
}

/** tfjs hands small tensors to the CPU, which is not what these tests are about. */
function keepOffTheProcessor(): void {
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  tf.env().set("WEBGPU_CPU_HANDOFF_SIZE_THRESHOLD", 0);
}

/** All kernel checks on WebGPU, whatever the adapter; each runtime in a test file of its own, since each loads a driver of its own. */
export async function describeWebGpu(runtime: "onnx" | "tfjs"): Promise<void> {
  const executor = executorOn(runtime);
  const tried = await attempt([runtime, "webgpu"]);
  if (!tried.works) {
    describe(executor.name, () => {
      it.skipIf(!tried.works)(`kernels (skipped: ${tried.why})`, () => {
        expect(tried.works).toBe(true);
      });
    });
    return;
  }
  if (runtime === "tfjs") keepOffTheProcessor();
  const findings = new Findings();
  describeKernels(
    [executor],
    (check) => findings.passed(check),
    ({ tolerance }, { simplified }) => webgpuBound(simplified.nodes, tolerance),
  );
  findings.describeTable([executor], [executor.name as "onnx webgpu" | "tfjs webgpu"]);
}
