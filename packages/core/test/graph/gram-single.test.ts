import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { compile, gradients, gram, type NDArray, trace } from "../../src/graph/index.ts";
import type { GramAttributes } from "../../src/graph/kernels/gram.ts";
import { processor } from "../../src/graph/onnx/builder.ts";
import { toOnnx } from "../../src/graph/onnx/translate.ts";
import { simplify } from "../../src/graph/simplify.ts";
import { numbers } from "./case.ts";

/** Three tasks on one layer that is wide for its samples, with a bias. */
function tasksGram(p: { w: Tensor2D; b: Tensor }, x: Tensor2D): Tensor {
  const y = tf.add(tf.matMul(x, p.w), p.b);
  return gram(
    gradients([tf.sum(tf.square(y)), tf.mean(tf.sin(y)), tf.sum(tf.abs(y))] as Scalar[], p as never),
  );
}

const layer = { b: numbers([50], -1, 1, 0.2), w: numbers([60, 50], -0.5, 0.5) };
const inputs = numbers([5, 60], -1, 1, 0.6);

it("a Gram matrix for runtimes without doubles is that in double, to single precision", async () => {
  const graph = simplify(trace(tasksGram as never)(layer, inputs));
  const node = graph.nodes.find(({ kernel }) => kernel === "Gram")!;
  expect((node.attributes as GramAttributes).forms).toContain("factors");

  const model = toOnnx(graph, false, { ...processor, doubles: false });
  const session = await InferenceSession.create(model.bytes);
  const given = graph.inputs.map(({ name, value }) => {
    const { data, shape } = { "0/b": layer.b, "0/w": layer.w, "1": inputs }[name] as NDArray;
    return [model.inputs.get(value)!, new OrtTensor("float32", data as Float32Array, shape)] as const;
  });
  const single = (await session.run(Object.fromEntries(given)))[model.outputs[0]!]!.data as Float32Array;
  await session.release();

  const compiled = compile(tasksGram as never);
  const { data: double } = (await compiled(layer, inputs)) as NDArray;
  await compiled.dispose();
  expect(Array.from(single.subarray(9))).toEqual(Array.from({ length: 9 }, () => 0));
  expect(Array.from(double.subarray(9)).some((low) => low !== 0)).toBe(true);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const scale = Math.sqrt(double[3 * i + i]! * double[3 * j + j]!);
      expect(Math.abs(single[3 * i + j]! - double[3 * i + j]!)).toBeLessThan(2e-6 * scale);
    }
  }
});
