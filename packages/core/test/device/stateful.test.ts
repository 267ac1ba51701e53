import {
  array,
  type CompileOptions,
  compile,
  compileStateful,
  grad,
  type NDArray,
  type Stateful,
} from "@outrigger/core/graph/index";
import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { refused } from "../support/errors.ts";
import { gpus, noWebGpu, tensorflow } from "./optional.ts";

/** What the tests use of a WebGPU device. */
interface GpuDevice {
  createShaderModule(descriptor: { readonly code: string }): unknown;
}

const everywhere: readonly CompileOptions[] = [
  { runtime: "onnx", device: "cpu", threads: 1 },
  { runtime: "tfjs", device: "cpu" },
  { runtime: "tfjs", device: "wasm" },
];
const named = everywhere.map((options): [string, CompileOptions] => [
  `${options.runtime} ${options.device}`,
  options,
]);

type State = { w: NDArray; steps: NDArray };
const start = (): State => ({ w: array([0.5, -0.3, 0.2], [3, 1]), steps: array([0], [], "int32") });
const x = array([1, 2, 3, 4, 5, 6], [2, 3]);

const loss = (w: Tensor2D, batch: Tensor2D): Scalar => tf.mean(tf.square(tf.sub(tf.matMul(batch, w), 1)));
const descend = (state: { w: Tensor2D; steps: Tensor }, batch: Tensor2D) => ({
  state: {
    w: tf.sub(state.w, tf.mul(0.01, grad((w: Tensor2D) => loss(w, batch))(state.w))),
    steps: tf.add(state.steps, tf.scalar(1, "int32")),
  },
  out: { loss: loss(state.w, batch) },
});
const number = async (result: Promise<unknown>): Promise<number> =>
  ((await result) as { loss: NDArray }).loss.data[0]!;

/** The same steps in double precision. */
function reference(steps: number): { losses: number[]; w: number[] } {
  let w = [0.5, -0.3, 0.2];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const rest = rows.map((row) => row.reduce((sum, value, i) => sum + value * w[i]!, -1));
    losses.push(rest.reduce((sum, r) => sum + r * r, 0) / 2);
    w = w.map((value, i) => value - 0.01 * rest.reduce((sum, r, k) => sum + r * rows[k]![i]!, 0));
  }
  return { losses, w };
}

function behaves(options: CompileOptions): void {
  let step: Stateful<State>;
  beforeAll(() => {
    step = compileStateful(descend as never, start(), options);
  });
  afterAll(() => step.dispose());

  it("goes on from its own state, which can be read, looked at and replaced", async () => {
    const wanted = reference(4);
    for (const value of wanted.losses) expect(await number(step(x))).toBeCloseTo(value, 5);
    const { w, steps } = await step.read();
    wanted.w.forEach((value, i) => expect(w.data[i]).toBeCloseTo(value, 5));
    expect([steps.dtype, steps.data[0]]).toEqual(["int32", 4]);

    const view = step.view(((s: { w: Tensor2D }, batch: Tensor2D) => ({ loss: loss(s.w, batch) })) as never);
    const next = await number(view(x));
    expect(await number(view(x))).toBe(next);
    expect(await number(step(x))).toBeCloseTo(next, 5);

    await step.write(start());
    expect(await number(step(x))).toBeCloseTo(wanted.losses[0]!, 5);
    expect((await step.read()).steps.data[0]).toBe(1);
  });

  it("keeps its state when a call fails", async () => {
    const before = await step.read();
    expect((await refused(step(array([1, 2, 3], [1, 3])))).code).toBe("shape");
    expect(await step.read()).toEqual(before);
  });

  it("copies what it is given and what it gives", async () => {
    const given = start();
    await step.write(given);
    given.w.data.fill(7);
    const read = await step.read();
    expect(read.w.data[0]).toBe(0.5);
    read.w.data.fill(7);
    const again = await step.read();
    expect(again.w.data[0]).toBe(0.5);
  });

  it("holds no more after 50 steps than after 5", async () => {
    for (let i = 0; i < 5; i++) await step(x);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 50; i++) await step(x);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
}

describe.each(named)("a stateful step on %s", (_, options) => {
  behaves(options);
});
for (const { name, options, missing } of [...gpus, tensorflow]) {
  describe.skipIf(missing !== "")(`a stateful step on ${name}${missing}`, () => {
    behaves(options);
  });
}

it("a step must return a state like the one it got", async () => {
  const wrong = compileStateful(
    (({ w }: { w: Tensor }) => ({ state: { w: tf.sum(w) }, out: w })) as never,
    { w: array([1, 2]) },
    { device: "cpu" },
  );
  expect((await refused(wrong())).code).toBe("shape");
});

function outOfMemory(options: CompileOptions): void {
  it("names op and line of what does not fit", async () => {
    const huge = compile(
      ((v: Tensor2D) => tf.sum(tf.square(tf.matMul(v, tf.transpose(v))))) as never,
      options,
    );
    const error = await refused(huge(array(new Float32Array(3e6), [3e6, 1])));
    expect(error.code).toBe("out-of-memory");
    expect(error.message).toContain("no memory for matMul at ");
    expect(error.message).toContain("float32 [3000000, 3000000]");
    expect(error.details.line).toContain("stateful.test.ts");
    await huge.dispose();
  });
}

describe.each(named)("a device out of memory: %s", (_, options) => {
  outOfMemory(options);
});
for (const { name, options, missing } of [...gpus, tensorflow]) {
  describe.skipIf(missing !== "")(`a device out of memory: ${name}${missing}`, () => {
    outOfMemory(options);
  });
}

it.skipIf(noWebGpu !== "")(`an op that WebGPU refuses is named, and gives no zeros${noWebGpu}`, async () => {
  // The CPU would take ops of small tensors over.
  const handsOver = tf.env().getBool("WEBGPU_CPU_FORWARD");
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  onTestFinished(() => tf.env().set("WEBGPU_CPU_FORWARD", handsOver));
  const { device } = tf.findBackend("webgpu") as unknown as { device: GpuDevice };
  const create = device.createShaderModule.bind(device);
  const broken = vi.spyOn(device, "createShaderModule");
  broken.mockImplementation((descriptor) => {
    const fails = descriptor.code.includes("1.75809");
    return create(fails ? { code: `${descriptor.code}\n no WGSL` } : descriptor);
  });
  const options = { runtime: "tfjs", device: "webgpu" } as const;
  const refuses = compile(((v: Tensor) => tf.sum(tf.selu(tf.erf(v)))) as never, options);
  const error = await refused(refuses(x));
  broken.mockRestore();
  expect([error.code, error.details.op]).toEqual(["unsupported", "selu"]);
  expect(error.details.line).toContain("stateful.test.ts");
  await refuses.dispose();

  const next = compile(((v: Tensor) => tf.sum(tf.erf(v))) as never, options);
  const [sum] = [(await next(x)) as unknown as NDArray];
  expect(sum.data[0]).toBeCloseTo(5.8379785, 4);
  await next.dispose();
});
