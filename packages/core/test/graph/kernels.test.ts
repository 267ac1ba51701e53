import { expect, it } from "vitest";
import { allComposites, allKernels } from "../../src/graph/kernel.ts";
import { ordersOf } from "./derivatives.ts";
import { onnxCpu, processorExecutors } from "./executors.ts";
import { Findings } from "./findings.ts";
import { type Check, describeKernels, describeShapeRules } from "./kernel-checks.ts";
import { onnxOperators } from "./kernel-table.ts";
import { usageOf } from "./usage.ts";

const findings = new Findings();
const operators = new Map<string, Set<string>>();

function findOperators({ usage }: Check): void {
  for (const [kernel, used] of onnxOperators(usage.simplified)) {
    const known = operators.get(kernel) ?? new Set();
    for (const op of used) known.add(op);
    operators.set(kernel, known);
    findings.mark(kernel, "ONNX", [...known].sort().join(", "));
  }
}

/** A second derivative is the first one of the kernels that only gradients use. */
function findDerivatives({ one, order }: Check): void {
  const [value, gradient] = ordersOf(one);
  const through = usageOf(one, value!).differentiated;
  if (order.name === "gradient") for (const kernel of through) findings.mark(kernel, "first derivative");
  if (order.name !== "second derivative") return;
  for (const kernel of through) findings.mark(kernel, "second derivative");
  for (const kernel of usageOf(one, gradient!).differentiated) findings.mark(kernel, "first derivative");
}

describeShapeRules((kernel) => {
  findings.mark(kernel, "shape rule");
});

describeKernels(processorExecutors, (check) => {
  findings.passed(check);
  if (check.executor !== onnxCpu) return;
  findOperators(check);
  findDerivatives(check);
});

it("covers every kernel that a graph has", () => {
  for (const [name] of allComposites()) findings.mark(name, "shape rule", "parts");
  const names = [
    ...Array.from(allKernels(), ({ name }) => name),
    ...Array.from(allComposites(), ([name]) => name),
  ];
  expect(names.filter((name) => findings.table.get(name)?.["onnx cpu"] !== "✓")).toEqual([]);
});

findings.describeTable(processorExecutors, [
  "shape rule",
  "ONNX",
  "first derivative",
  "second derivative",
  "onnx cpu",
  "tfjs cpu",
  "tfjs wasm",
]);
