import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { constantData } from "../../src/graph/graph.ts";
import {
  array,
  compile,
  grad,
  gradients,
  type NDArray,
  randomMask,
  segmentSum,
  stopGradient,
  trace,
} from "../../src/graph/index.ts";
import type { Traceable } from "../../src/graph/trace.ts";
import { Random } from "../../src/random.ts";
import { refused, thrown } from "../support/errors.ts";
import { hasTfjsNode } from "../support/tfjs-node.ts";

const x = array([0.3, -0.7, 1.1]);
const spec = { shape: [3] };
const of = (f: (x: Tensor) => Tensor): Traceable => f;
const run = async (f: (x: Tensor) => Tensor, runtime: "onnx" | "tfjs" = "onnx"): Promise<number[]> => {
  const compiled = compile(of(f), { runtime, device: "cpu" });
  const result = (await compiled(x)) as NDArray;
  await compiled.dispose();
  return [...result.data];
};

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

describe("higher derivatives", () => {
  const inner = (t: Tensor): Scalar => tf.sum(tf.mul(t, tf.tanh(t)));
  const outer = (t: Tensor): Scalar => tf.sum(tf.mul(tf.tensor1d([1, 2, 3]), grad(inner)(t)));
  const right = [1.6703, 1.4648, 0.2574];

  it.each(["onnx", "tfjs"] as const)("of Σ x·tanh(x) are exact on %s", async (runtime) => {
    const found = await run((t) => grad(outer)(t), runtime);
    found.forEach((v, i) => expect(v).toBeCloseTo(right[i]!, 4));
  });

  it("are exact on ordinary tensors, where tfjs's nested tf.grad is wrong", () => {
    const t = tf.tensor1d([0.3, -0.7, 1.1]);
    const found = grad(outer)(t).dataSync();
    found.forEach((v, i) => expect(v).toBeCloseTo(right[i]!, 4));
    const nested = tf.grad((u) =>
      tf.sum(tf.mul(tf.tensor1d([1, 2, 3]), tf.grad((v: Tensor) => inner(v))(u))),
    )(t);
    expect(Math.abs(nested.dataSync()[0]! - right[0]!)).toBeGreaterThan(0.1);
  });

  it("reach the third order", async () => {
    const cubic = (t: Tensor): Scalar => tf.sum(tf.pow(t, 4));
    const third = (t: Tensor): Tensor =>
      grad((u: Tensor) => tf.sum(grad((v: Tensor) => tf.sum(grad(cubic)(v)))(u)))(t);
    const found = await run((t) => third(tf.abs(t)));
    [0.3, 0.7, 1.1].forEach((v, i) => expect(found[i]).toBeCloseTo(24 * v, 3));
  });

  it("of several scalars share one forward pass", () => {
    const nodes = (count: number): number =>
      trace((t: Tensor) => {
        const deep = tf.tanh(tf.exp(tf.sin(t)));
        return gradients(
          Array.from({ length: count }, (_, i) => tf.sum(tf.mul(deep, i + 1)) as Scalar),
          t,
        );
      })(spec).nodes.filter(({ kernel }) => kernel === "Tanh").length;
    expect(nodes(1)).toBe(1);
    expect(nodes(4)).toBe(1);
  });

  it("take the first argument's tree and leave the others alone", () => {
    const loss = (p: { w: Tensor2D; b: Tensor1D }, t: Tensor2D): Scalar =>
      tf.sum(tf.add(tf.matMul(t, p.w), p.b));
    const found = grad(loss)({ w: tf.ones([2, 3]), b: tf.zeros([3]) }, tf.tensor2d([1, 2, 3, 4], [2, 2]));
    expect([...found.b.dataSync()]).toEqual([2, 2, 2]);
    expect([...found.w.dataSync()]).toEqual([4, 4, 4, 6, 6, 6]);
  });
});

describe("custom gradients", () => {
  const straightThrough = tf.customGrad((t) => ({
    value: tf.round(t as Tensor),
    gradFunc: (dy: Tensor) => dy,
  }));

  it("are honoured: a straight-through estimator rounds and passes the gradient", async () => {
    const f = (t: Tensor): Scalar => tf.sum(tf.mul(straightThrough(t), tf.tensor1d([1, 2, 3])));
    expect(await run((t) => grad(f)(t))).toEqual([1, 2, 3]);
  });

  it("come from the engine that this version of tfjs has", () => {
    expect(tf.version["tfjs-core"]).toBe("4.22.0");
    expect((tf.engine() as unknown as { runKernelFunc: unknown }).runKernelFunc).toBeTypeOf("function");
  });

  it("of ordinary tensors still work outside of a trace", () => {
    expect([
      ...tf
        .grad((t) => tf.sum(straightThrough(t)))(tf.tensor1d([0.4, 2.6]))
        .dataSync(),
    ]).toEqual([1, 1]);
  });

  it("stopGradient passes the value and no gradient", async () => {
    const f = (t: Tensor): Scalar => tf.sum(tf.mul(t, stopGradient(tf.square(t))));
    const found = await run((t) => grad(f)(t));
    [0.09, 0.49, 1.21].forEach((v, i) => expect(found[i]).toBeCloseTo(v, 6));
  });

  it("of casts: integers carry no gradient", async () => {
    const f = (t: Tensor): Scalar => tf.sum(tf.mul(t, tf.cast(tf.cast(t, "int32"), "float32")));
    expect(await run((t) => grad(f)(t))).toEqual([0, 0, 1]);
  });
});

describe("surroundings", () => {
  it.each(["onnx", "tfjs"] as const)("variables are fed and written back on %s", async (runtime) => {
    const state = tf.variable(tf.tensor1d([1, 2, 3]));
    const before = tf.memory().numTensors;
    const compiled = compile(
      of((t) => {
        state.assign(tf.add(state, t) as Tensor1D);
        return tf.mul(state, 2);
      }),
      { runtime, device: "cpu" },
    );
    const first = ((await compiled(x)) as NDArray).data;
    const second = ((await compiled(x)) as NDArray).data;
    [2.6, 2.6, 8.2].forEach((v, i) => expect(first[i]).toBeCloseTo(v, 5));
    [3.2, 1.2, 10.4].forEach((v, i) => expect(second[i]).toBeCloseTo(v, 5));
    [1.6, 0.6, 5.2].forEach((v, i) => expect(state.dataSync()[i]).toBeCloseTo(v, 5));
    await compiled.dispose();
    expect(tf.memory().numTensors).toBe(before);
    state.dispose();
  });

  it("captured tensors are copied and listed", () => {
    const captured = tf.tensor1d([5, 6, 7]);
    const graph = trace(of((t) => tf.mul(t, captured)))(spec);
    expect(graph.captured).toHaveLength(1);
    const data = constantData(graph.captured[0]!.node)!;
    expect("values" in data && [...data.values]).toEqual([5, 6, 7]);
    expect([...captured.dataSync()]).toEqual([5, 6, 7]);
  });

  it("a captured tensor on a device that cannot be read synchronously is an error", () => {
    class Remote extends tf.KernelBackend {
      override write(): object {
        return {};
      }
      override readSync(): never {
        throw new Error("this device reads asynchronously");
      }
      override incRef(): void {}
      override disposeData(): boolean {
        return true;
      }
      override dispose(): void {}
      override numDataIds(): number {
        return 0;
      }
    }
    tf.registerBackend("remote", () => new Remote());
    void tf.setBackend("remote");
    const far = tf.tensor1d([1, 2, 3]);
    void tf.setBackend("cpu");
    expect(thrown(() => trace(of((t) => tf.mul(t, far)))(spec)).message).toMatch(
      /cannot be read synchronously/,
    );
    tf.removeBackend("remote");
  });

  it("tracing leaves no tensors behind", () => {
    const before = tf.memory();
    trace(of((t) => grad((u: Tensor) => tf.sum(tf.softmax(tf.exp(u))))(t)))(spec);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(tf.getBackend()).toBe("cpu");
  });

  it("random masks are inputs, drawn anew on every run and repeatable", async () => {
    const masked = of((t) => tf.mul(t, randomMask([3], 0.5)));
    const draw = async (seed: number): Promise<number[][]> => {
      const compiled = compile(masked, { random: Random.seeded(seed, "dropout") });
      const runs: number[][] = [];
      for (let i = 0; i < 8; i++) runs.push([...((await compiled(array([1, 1, 1]))) as NDArray).data]);
      await compiled.dispose();
      return runs;
    };
    const runs = await draw(1);
    expect(new Set(runs.map(String)).size).toBeGreaterThan(1);
    expect(new Set(runs.flat())).toEqual(new Set([0, 2]));
    expect(await draw(1)).toEqual(runs);
    await expect(compile(masked)(x)).rejects.toThrow(/random/);
  });
});

describe("what cannot be traced is an error that names the op and the line", () => {
  const here = /trace\.test\.ts:\d+/;

  it.each([
    ["dataSync", (t: Tensor) => tf.mul(t, tf.exp(t).dataSync()[0]!)],
    ["an if", (t: Tensor) => (tf.sum(tf.exp(t)).arraySync() === 0 ? t : tf.neg(t))],
    ["bufferSync", (t: Tensor) => tf.exp(t).bufferSync().toTensor()],
  ])("reading a value by %s", (_name, f) => {
    const error = thrown(() => trace(of(f))(spec));
    expect(error.code).toBe("trace");
    expect(error.message).toMatch(here);
    expect(error.message).toMatch(/exp|sum/);
  });

  it.each([
    ["randomNormal", (t: Tensor) => tf.add(t, tf.randomNormal([3]))],
    ["dropout", (t: Tensor) => tf.dropout(t, 0.5)],
    ["tensor1d", (t: Tensor) => tf.add(t, tf.tensor1d([Math.random(), 2, 3]))],
  ])("random numbers frozen by %s", (name, f) => {
    const error = thrown(() => trace(of(f))(spec));
    expect(error.code).toBe("trace");
    expect(error.message).toMatch(/freeze/);
    expect(error.details.op).toBe(name);
    expect(error.message).toMatch(here);
  });

  it("control flow that differs from call to call", () => {
    let calls = 0;
    const f = (t: Tensor): Tensor => (calls++ % 2 === 0 ? tf.exp(t) : tf.sin(t));
    expect(thrown(() => trace(of(f))(spec)).message).toMatch(/two traces differ/);
  });

  it("a kernel that graphs do not have", () => {
    const error = thrown(() => trace(of((t) => tf.unique(t).values))(spec));
    expect(error.code).toBe("unsupported");
    expect(error.details.kernel).toBe("Unique");
    expect(error.message).toMatch(here);
  });

  it("tensors of another trace", () => {
    let leaked: Tensor | undefined;
    trace(
      of((t) => {
        leaked = tf.keep(tf.exp(t));
        return leaked;
      }),
    )(spec);
    expect(thrown(() => trace(of((t) => tf.add(t, leaked!)))(spec)).message).toMatch(/another trace/);
    expect(thrown(() => leaked!.dataSync()).message).toMatch(/reads a tensor's value/);
  });

  it("a changed backend, a promise, something else than tensors, a variable made inside", () => {
    const changed = of((t) => {
      void tf.setBackend("cpu");
      return tf.exp(tf.tensor1d([t.size]));
    });
    expect(thrown(() => trace(changed)(spec)).message).toMatch(/changed the tfjs backend/);
    const promised = (async (t: Tensor) => t) as unknown as Traceable;
    expect(thrown(() => trace(promised)(spec)).message).toMatch(/promise/);
    expect(thrown(() => trace((() => 3) as unknown as Traceable)(spec)).message).toMatch(/something else/);
    expect(thrown(() => trace(of((t) => tf.square(tf.variable(t))))(spec)).message).toMatch(
      /created tf\.Variable/,
    );
    expect(tf.getBackend()).toBe("cpu");
  });

  it("another shape than the one that was compiled", async () => {
    const compiled = compile(of(tf.exp));
    await compiled(x);
    const call = async (): Promise<unknown> => await compiled(array([1, 2]));
    const { code, message } = await refused(call());
    expect([code, message]).toEqual([
      "shape",
      expect.stringMatching(/^argument 0 .*trace\.test\.ts:\d+:\d+/),
    ]);
    await expect(compiled(x, x)).rejects.toMatchObject({ code: "shape" });
    await compiled.dispose();
  });

  it("own ops outside of a trace", () => {
    expect(thrown(() => stopGradient(tf.zeros([2]))).message).toMatch(/outside of a trace/);
  });
});

describe("segment sums", () => {
  const [rows, width] = [5600, 24];
  const values = array(
    Float32Array.from({ length: rows * width }, (_, i) => 0.1 + ((i * 7919) % 1000) / 1000),
    [rows, width],
  );

  it.each([
    ["one-hot", 12, (ids: Tensor1D) => ids],
    ["host's table", 600, (ids: Tensor1D) => ids],
    ["scatter of computed ids", 600, (ids: Tensor1D) => tf.add(ids, tf.scalar(0, "int32")) as Tensor1D],
    ["scatter of reshaped ids", 600, (ids: Tensor1D) => tf.reverse(tf.reverse(ids)) as Tensor1D],
  ])(
    "by %s with duplicate indices on two threads are equal in 200 runs",
    async (_name, segments, prepare) => {
      const ids = array(Int32Array.from({ length: rows }, (_, i) => (i * 7 + (i >> 3)) % segments));
      const compiled = compile((v: Tensor, s: Tensor1D) => segmentSum(v, prepare(s), segments), {
        threads: 2,
      });
      const wanted = new Float64Array(segments * width);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < width; j++) wanted[ids.data[i]! * width + j]! += values.data[i * width + j]!;
      }
      const first = (await compiled(values, ids)) as NDArray;
      for (let i = 0; i < wanted.length; i++) {
        expect(Math.abs(first.data[i]! - wanted[i]!) / wanted[i]!).toBeLessThan(1e-5);
      }
      for (let k = 1; k < 200; k++) {
        const again = (await compiled(values, ids)) as NDArray;
        expect(Buffer.compare(Buffer.from(again.data.buffer), Buffer.from(first.data.buffer))).toBe(0);
      }
      await compiled.dispose();
    },
  );
});

describe("running", () => {
  it("writes into the arrays that it is given, also views of one vector", async () => {
    const flat = new Float32Array(6);
    const compiled = compile((t: Tensor) => ({ a: tf.exp(t), b: tf.neg(t) }));
    const out = { a: array(flat.subarray(0, 3)), b: array(flat.subarray(3)) };
    await compiled.into(out, x);
    expect(Array.from(flat.subarray(3))).toEqual(Array.from(x.data, (v) => -v));
    expect(flat[0]).toBeCloseTo(Math.exp(0.3), 5);
    await compiled.dispose();
  });

  it("keeps memory constant over 1,000 runs", async () => {
    const size = 64 * 1024;
    const big = array(new Float32Array(size).fill(1));
    const compiled = compile(of((t) => tf.mul(tf.exp(t), 2)));
    const out = array(new Float32Array(size));
    for (let i = 0; i < 200; i++) await compiled.into(out, big);
    const [resident, tensors] = [process.memoryUsage.rss(), tf.memory().numTensors];
    for (let i = 0; i < 1000; i++) await compiled.into(out, big);
    // A leak of one result a run would be 256 MB.
    expect(process.memoryUsage.rss() - resident).toBeLessThan(64 * 2 ** 20);
    expect(tf.memory().numTensors).toBe(tensors);
    await compiled.dispose();
  });

  it("returns arguments and constants as results, and one result twice", async () => {
    const compiled = compile((t: Tensor) => [t, tf.ones([2]), tf.exp(t), tf.exp(t)]);
    const [same, ones, e, f] = (await compiled(x)) as NDArray[];
    expect([...same!.data]).toEqual([...x.data]);
    expect([...ones!.data]).toEqual([1, 1]);
    expect([...e!.data]).toEqual([...f!.data]);
    await compiled.dispose();
  });

  it.skipIf(hasTfjsNode !== "")(
    `names the package to install for a backend that is not there${hasTfjsNode}`,
    async () => {
      const missing = compile(of(tf.exp), { runtime: "tfjs", device: "tensorflow" });
      await expect(missing(x)).rejects.toMatchObject({ code: "missing-package" });
    },
  );
});
