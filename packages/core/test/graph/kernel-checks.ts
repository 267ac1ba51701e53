import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { own } from "../../src/graph/graph.ts";
import { leaves } from "../../src/graph/index.ts";
import { runEagerly } from "../../src/graph/run-tfjs.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { expectClose } from "./close.ts";
import { argumentsOf, type Order, ordersOf } from "./derivatives.ts";
import { type Executor, runOn } from "./executors.ts";
import { type Usage, usageOf } from "./usage.ts";

/** One check: a case or a derivative of it on one executor. */
export interface Check {
  readonly one: Case;
  readonly order: Order;
  readonly executor: Executor;
  readonly usage: Usage;
}

/** Tolerance of one graph. */
export type Bound = (order: Order, usage: Usage) => number;

/** A value that is computed on first use. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

/**
 * Every case, its gradient and its second derivative on each executor.
 *
 * @param passed is told of every check that passed
 * @param bound by default that of a CPU
 */
export function describeKernels(
  executors: readonly Executor[],
  passed: (check: Check) => void,
  bound: Bound = ({ tolerance }) => tolerance,
): void {
  describe.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
    for (const order of ordersOf(one)) {
      const wanted = once(() => order.wanted(one));
      it.each(executors.map((executor) => [executor.name, executor] as const))(
        `has the right ${order.name} on %s`,
        async (_executor, executor) => {
          const usage = usageOf(one, order);
          const found = await runOn(executor, usage.simplified, argumentsOf(one));
          expectClose(
            found.map(({ data }) => data),
            await wanted(),
            bound(order, usage),
          );
          passed({ one, order, executor, usage });
        },
      );
    }
  });
}

const tensorsOf = (one: Case): Tensor[] =>
  argumentsOf(one).map(({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype));

/** Shape and type of every node of every case and its derivatives, as inferred and as tfjs's cpu backend computes them. */
export function describeShapeRules(passed: (kernel: string) => void): void {
  describe.each(cases.map((one) => [one.name, one] as const))("%s", (_name, one) => {
    it("has the shapes and types that tfjs computes", () => {
      for (const order of ordersOf(one)) {
        const { graph } = usageOf(one, order);
        const nodes = graph.nodes.filter(({ kernel }) => kernel !== own.input);
        const outputs = nodes.flatMap((node) => node.outputs);
        tf.tidy(() => {
          const tensors = leaves(runEagerly({ ...graph, outputs }, tensorsOf(one)));
          outputs.forEach(({ shape, dtype, node }, i) => {
            const { shape: actual, dtype: type } = tensors[i]!;
            expect({ kernel: node.kernel, shape, dtype }).toEqual({
              kernel: node.kernel,
              shape: actual,
              dtype: type,
            });
          });
        });
        for (const { kernel } of nodes) passed(kernel);
      }
    });
  });
}
