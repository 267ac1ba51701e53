import type { Scalar, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { type ArrayData, array, gradients, type NDArray, trace } from "../../src/graph/index.ts";
import { createOnnxExecutable } from "../../src/graph/run-onnx.ts";
import { simplify } from "../../src/graph/simplify.ts";
import type { Traceable } from "../../src/graph/trace.ts";
import { Random } from "../../src/random.ts";
import { expectClose, scaleOf } from "./close.ts";
import { score } from "./derivatives.ts";
import { processorExecutors, runOn } from "./executors.ts";
import { optionalExecutor } from "./optional-executor.ts";
import {
  fewestKernels,
  kernelsOf,
  mostKernels,
  ops,
  type Program,
  printGraph,
  programs,
  runProgram,
} from "./random-graph.ts";

// More of them, or others: RANDOM_GRAPHS=1000 RANDOM_GRAPHS_SEED=7.
const numRuns = Number(process.env.RANDOM_GRAPHS ?? 60);
const seed = Number(process.env.RANDOM_GRAPHS_SEED ?? 20261124);
/** Rounding adds up over 30 kernels; a wrong kernel is off by the order of its values. */
const tolerance = 1e-4;
/** In milliseconds. A failing graph is made smaller for that long. */
const shrinkingTime = 60_000 + 1_000 * numRuns;

const tensorflow = await optionalExecutor(["tfjs", "tensorflow"]);
const executors = [...processorExecutors, ...(typeof tensorflow === "string" ? [] : [tensorflow])];

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

const values =
  (program: Program) =>
  (x: Tensor[]): Tensor[] =>
    runProgram(program, x);

const gradient =
  (program: Program) =>
  (x: Tensor[]): Tensor[] =>
    gradients([tf.addN(runProgram(program, x).map(score)) as Scalar], x)[0] as Tensor[];

async function inDouble(graph: Graph, args: readonly NDArray[]): Promise<Float64Array[]> {
  const executable = await createOnnxExecutable(graph, { double: true });
  const feeds = new Map<Value, NDArray>(
    graph.inputs.map(({ value }, i) => {
      const data = Float64Array.from(args[i]!.data) as unknown as ArrayData;
      return [value, { ...args[i]!, data }];
    }),
  );
  const results = await executable.run(feeds);
  await executable.dispose();
  return results.map(({ data }) => data as unknown as Float64Array);
}

/** Numbers without a pattern: equal differences would make ties of maxima, whose gradient rounding decides. */
function draw(shape: readonly number[], i: number): NDArray {
  const random = Random.seeded(1, `input ${i}`);
  const size = shape.reduce((n, d) => n * d, 1);
  return array(
    Array.from({ length: size }, () => 2 * random.uniform() - 1),
    shape,
  );
}

const traced = (f: Traceable, program: Program): { graph: Graph; args: NDArray[] } => {
  const args = program.inputs.map(draw);
  return { graph: trace(f)(args as never), args };
};

describe("random graphs", () => {
  it("are of 5 to 30 kernels, and use every op", () => {
    const used = new Set<string>();
    for (const program of fc.sample(programs, { numRuns, seed })) {
      for (const { op } of program.steps) used.add(op);
      const count = kernelsOf(traced(values(program), program).graph.nodes).length;
      expect(count).toBeGreaterThanOrEqual(fewestKernels);
      expect(count).toBeLessThanOrEqual(mostKernels);
    }
    expect(Object.keys(ops).filter((op) => !used.has(op))).toEqual([]);
  });

  it.each([
    ["values", values],
    ["gradients", gradient],
  ])(
    `have the same %s on ${executors.map(({ name }) => name).join(", ")} as in double precision`,
    async (_name, of) => {
      const property = fc.asyncProperty(programs, async (program) => {
        const { graph, args } = traced(of(program), program);
        const simplified = simplify(graph);
        try {
          const wanted = await inDouble(simplified, args);
          for (const executor of executors) {
            const found = await runOn(executor, simplified, args);
            expectClose(
              found.map(({ data }) => data),
              wanted,
              tolerance,
              Math.max(1, scaleOf(wanted)),
            );
          }
        } catch (error) {
          const forward = printGraph(traced(values(program), program).graph);
          throw new Error(`${(error as Error).message}\n${forward}`, { cause: error });
        }
      });
      await fc.assert(property, { numRuns, seed, interruptAfterTimeLimit: shrinkingTime });
    },
    2 * shrinkingTime,
  );
});
