import { describe, expect, it } from "vitest";
import { attempt } from "../../src/graph/device/attempt.ts";
import { openEngine } from "../../src/graph/engine.ts";
import type { Engine } from "../../src/graph/executable.ts";
import type { Executor } from "./executors.ts";
import { Findings } from "./findings.ts";
import { type Bound, describeKernels } from "./kernel-checks.ts";

/** Executors that not every machine has. */
type Optional = readonly ["onnx" | "tfjs", "webgpu"] | readonly ["tfjs", "tensorflow"];

/** The executor, or in words why it is not there. */
export async function optionalExecutor(optional: Optional): Promise<Executor | string> {
  const [runtime, device] = optional;
  const tried = await attempt(optional);
  if (!tried.works) return tried.why;
  // One engine for all graphs: opening a device takes longer than running on it.
  let engine: Promise<Engine> | undefined;
  return {
    name: `${runtime} ${device}`,
    async open(graph) {
      engine ??= openEngine({ runtime, device }).then((opened) => opened.engine);
      return (await engine).load(graph, 0);
    },
  };
}

/**
 * All kernel checks on such an executor, or a skipped test that says why it is not there. Each in a test file of its own, since each
 * loads a driver of its own.
 */
export async function describeOptional(optional: Optional, bound?: Bound): Promise<void> {
  const [runtime, device] = optional;
  const executor = await optionalExecutor(optional);
  if (typeof executor === "string") {
    describe(`${runtime} ${device}`, () => {
      it.skipIf(true)(`kernels (skipped: ${executor})`, () => expect(executor).toBe("there"));
    });
    return;
  }
  const findings = new Findings();
  describeKernels([executor], (check) => findings.passed(check), bound);
  findings.describeTable([executor], [`${runtime} ${device}` as `${"onnx" | "tfjs"} webgpu`]);
}
