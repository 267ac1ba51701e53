import type { Scalar, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Value } from "../../src/graph/graph.ts";
import { type ArrayData, compile, gradients, type NDArray, type Tree, trace } from "../../src/graph/index.ts";
import { allKernels } from "../../src/graph/kernel.ts";
import { createOnnxExecutable } from "../../src/graph/run-onnx.ts";
import { simplify } from "../../src/graph/simplify.ts";
import type { Traceable } from "../../src/graph/trace.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";

const runtimes = [
  { runtime: "onnx", threads: 2 },
  { runtime: "tfjs", backend: "cpu" },
  { runtime: "tfjs", backend: "wasm" },
] as const;

/** Weights that break symmetry, and a square so that linear kernels have second derivatives as well. */
function score(y: Tensor): Scalar {
  const weights = tf.cos(tf.range(0.3, 0.3 + y.size * 0.7, 0.7).slice(0, y.size));
  const flat = tf.reshape(tf.cast(y, "float32"), [-1]);
  return tf.sum(tf.mul(weights, tf.add(flat, tf.mul(tf.square(flat), 0.3))));
}

const first =
  ({ f }: Case) =>
  (x: Tensor[], ids: Tensor[]): Tensor[] =>
    gradients([score(f(x, ids))], x)[0] as Tensor[];

/** Direction of the second derivative, one tensor an input. */
const direction = (shape: readonly number[], phase: number): number[] =>
  Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(1 + i * 1.3 + phase));

/** H·v: the gradient of ⟨v, gradient⟩. */
const second =
  (one: Case) =>
  (x: Tensor[], ids: Tensor[]): Tensor[] => {
    const along = first(one)(x, ids).map((g, i) =>
      tf.sum(tf.mul(g, tf.tensor(direction(g.shape, i), g.shape))),
    );
    return gradients([tf.addN(along) as Scalar], x)[0] as Tensor[];
  };

const list = (tree: Tree<NDArray>): readonly NDArray[] => (Array.isArray(tree) ? tree : [tree]) as NDArray[];

function expectClose(
  actual: readonly ArrayLike<number>[],
  wanted: readonly ArrayLike<number>[],
  tolerance: number,
): void {
  const scale = Math.max(1e-30, ...wanted.flatMap((w) => Array.from(w, Math.abs)).filter(Number.isFinite));
  expect(actual.length).toBe(wanted.length);
  actual.forEach((a, i) => {
    const w = wanted[i]!;
    expect(a.length).toBe(w.length);
    for (let j = 0; j < w.length; j++) {
      if (Number.isNaN(w[j]!)) expect(a[j]).toBeNaN();
      else
        expect(Math.abs(a[j]! - w[j]!), `element ${j}: ${a[j]} against ${w[j]}`).toBeLessThanOrEqual(
          tolerance * scale,
        );
    }
  });
}

/** Runs f in double precision on ONNX Runtime. */
async function inDouble(f: Traceable, x: readonly Float64Array[], one: Case): Promise<Float64Array[]> {
  const graph = simplify(trace(f)(one.x as never, (one.ids ?? []) as never));
  const executable = await createOnnxExecutable(graph, { double: true });
  const feeds = new Map<Value, NDArray>();
  const flat = [
    ...one.x.map((spec, i) => ({ ...spec, data: x[i] as unknown as ArrayData })),
    ...(one.ids ?? []),
  ];
  graph.inputs.forEach(({ value }, i) => feeds.set(value, flat[i]!));
  const results = await executable.run(feeds);
  await executable.dispose();
  return results.map(({ data }) => data as unknown as Float64Array);
}

/** Central differences of the first derivative along `direction`, all in double. */
async function numericSecond(one: Case): Promise<Float64Array[]> {
  const epsilon = 1e-5;
  const moved = (sign: number): Float64Array[] =>
    one.x.map(({ data, shape }, i) => {
      const v = direction(shape, i);
      return Float64Array.from(data, (d, j) => d + sign * epsilon * v[j]!);
    });
  const f = first(one);
  const [plus, minus] = [await inDouble(f, moved(1), one), await inDouble(f, moved(-1), one)];
  return plus.map((p, i) => p.map((v, j) => (v - minus[i]![j]!) / (2 * epsilon)));
}

/** Central differences of the score itself, in double: reference for kernels that tfjs has not. */
async function numericFirst(one: Case): Promise<Float64Array[]> {
  const epsilon = 1e-6;
  const f = (x: Tensor[], ids: Tensor[]) => score(one.f(x, ids));
  const graph = simplify(trace(f)(one.x as never, (one.ids ?? []) as never));
  const executable = await createOnnxExecutable(graph, { double: true });
  const base = one.x.map(({ data }) => Float64Array.from(data));
  const at = async (x: readonly Float64Array[]): Promise<number> => {
    const flat = [
      ...one.x.map((spec, i) => ({ ...spec, data: x[i] as unknown as ArrayData })),
      ...(one.ids ?? []),
    ];
    return (await executable.run(new Map(graph.inputs.map(({ value }, i) => [value, flat[i]!]))))[0]!
      .data[0]!;
  };
  const found = base.map((x) => new Float64Array(x.length));
  for (const [i, x] of base.entries()) {
    for (let j = 0; j < x.length; j++) {
      const before = x[j]!;
      x[j] = before + epsilon;
      const above = await at(base);
      x[j] = before - epsilon;
      found[i]![j] = (above - (await at(base))) / (2 * epsilon);
      x[j] = before;
    }
  }
  await executable.dispose();
  return found;
}

const tensors = (arrays: readonly NDArray[] = []): Tensor[] =>
  arrays.map(({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype));

const used = new Set<string>();

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

const argumentsOf = (one: Case): Tree<NDArray>[] => [one.x, one.ids ?? []] as unknown as Tree<NDArray>[];

function recordUse(f: Traceable, one: Case): void {
  const graph = trace(f)(...(argumentsOf(one) as never[]));
  for (const { kernel } of [...graph.nodes, ...simplify(graph).nodes]) used.add(kernel);
}

describe.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
  const args = argumentsOf(one);

  it("gives the values of tfjs's cpu backend on every runtime", async () => {
    const wanted = one.own
      ? list(await compile(one.f, runtimes[1])(...args)).map(({ data }) => data)
      : tf.tidy(() => [one.f(tensors(one.x), tensors(one.ids)).dataSync()]);
    for (const options of runtimes) {
      const compiled = compile(one.f, options);
      expectClose(
        list(await compiled(...args)).map(({ data }) => data),
        wanted,
        1e-5,
      );
      await compiled.dispose();
    }
  });

  it("is recorded", () => {
    recordUse(one.f, one);
    expect(used.size).toBeGreaterThan(0);
  });
});

describe.each(cases.filter(({ flat }) => !flat).map((one) => [one.name, one] as const))(
  "%s",
  (_name, one) => {
    const args = argumentsOf(one);

    it("has the right gradient on every runtime", async () => {
      const wanted =
        one.own || one.numeric
          ? await numericFirst(one)
          : tf.tidy(() =>
              tf
                .grads((...x: Tensor[]) => score(one.f(x, tensors(one.ids))))(tensors(one.x))
                .map((g) => g.dataSync()),
            );
      for (const options of runtimes) {
        const compiled = compile(first(one), options);
        expectClose(
          list(await compiled(...args)).map(({ data }) => data),
          wanted,
          1e-5,
        );
        await compiled.dispose();
      }
    });

    it("has the right second derivative on every runtime", async () => {
      const wanted = await numericSecond(one);
      recordUse(first(one), one);
      recordUse(second(one), one);
      for (const options of runtimes) {
        const compiled = compile(second(one), options);
        expectClose(
          list(await compiled(...args)).map(({ data }) => data),
          wanted,
          1e-4,
        );
        await compiled.dispose();
      }
    });
  },
);

it("covers every kernel that a graph has", () => {
  const missing = [...allKernels()].map(({ name }) => name).filter((name) => !used.has(name));
  expect(missing).toEqual([]);
});
