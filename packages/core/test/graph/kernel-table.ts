import { existsSync, readFileSync } from "node:fs";
import type { Graph } from "../../src/graph/graph.ts";
import { kernelOf } from "../../src/graph/kernel.ts";
import { OnnxBuilder } from "../../src/graph/onnx/builder.ts";

/** The committed table. */
export const tablePath = new URL("../../docs/kernels.md", import.meta.url);

const columns = [
  "shape rule",
  "ONNX",
  "first derivative",
  "second derivative",
  "onnx cpu",
  "onnx webgpu",
  "tfjs cpu",
  "tfjs wasm",
  "tfjs webgpu",
  "tfjs tensorflow",
] as const;
export type Column = (typeof columns)[number];
export type Table = Map<string, Partial<Record<Column, string>>>;

const heading = `# Kernels

What a graph can hold, as the tests found it: \`npm run docs:kernels\` writes this table, and a test fails when it differs from what
the tests see. A kernel counts where a case that uses it passed.

- *shape rule*: inferred shapes and types were those that tfjs computes. *parts*: recorded as the kernels that it consists of.
- *ONNX*: the operators that it becomes; for several, all that some shape or option needs.
- *first*, *second derivative*: correct through this kernel. \`–\`: no derivative flows through it (integers, bools, steps), or none was taken.
- Executors: values and derivatives within 1e-5 of the largest element, second derivatives within 1e-4; WebGPU within the bounds of
  \`test/graph/webgpu-bounds.ts\`.
- On *onnx webgpu*, max pools that give indices (\`MaxPoolGrad\`) run on the CPU: its shader gives none. ONNX Runtime moves operators
  for which it has no shader to the CPU by itself; the tests do not tell which.
- *tfjs tensorflow* is libtensorflow on a CPU through \`@tensorflow/tfjs-node\`; [gpu.md](gpu.md#libtensorflow) says which versions.

`;

const cells = (line: string): string[] =>
  line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());

/** The table as it is committed; empty when there is none. */
export function readTable(): Table {
  const table: Table = new Map();
  if (!existsSync(tablePath)) return table;
  const lines = readFileSync(tablePath, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  const [head = [], , ...rows] = lines.map(cells);
  for (const [name = "", ...found] of rows) {
    table.set(
      name.replaceAll("`", ""),
      Object.fromEntries(found.map((cell, i) => [head[i + 1] as Column, cell])),
    );
  }
  return table;
}

/** Rows in alphabetical order; what no test found is a dash, and a kernel of which none found anything has no row. */
export function formatTable(table: Table): string {
  const row = (name: string, found: readonly string[]): string => `| ${[name, ...found].join(" | ")} |\n`;
  const isFound = (name: string): boolean => Object.values(table.get(name)!).some((cell) => cell !== "–");
  const names = [...table.keys()].filter(isFound).sort((a, b) => (a < b ? -1 : 1));
  const rows = names.map((name) =>
    row(
      `\`${name}\``,
      columns.map((column) => table.get(name)![column] ?? "–"),
    ),
  );
  const rule = row(
    "---",
    columns.map(() => "---"),
  );
  return `${heading}${row("kernel", columns)}${rule}${rows.join("")}`;
}

/** Replaces some columns of the committed table by what was found, and keeps what other machines found in the others. */
export function withColumns(committed: Table, found: Table, mine: readonly Column[]): Table {
  const merged: Table = new Map();
  for (const [name, row] of committed) {
    const others = Object.entries(row).filter(([column]) => !mine.includes(column as Column));
    merged.set(name, Object.fromEntries(others));
  }
  for (const [name, row] of found) merged.set(name, { ...merged.get(name), ...row });
  return merged;
}

/** The ONNX operators that every kernel of a simplified graph becomes. */
export function* onnxOperators(graph: Graph): Generator<[kernel: string, operators: string[]]> {
  const inputs = new Set(graph.inputs.map(({ value }) => value));
  for (const node of graph.nodes) {
    if (Object.keys(node.attributes).includes("data") || inputs.has(node.outputs[0]!)) continue;
    const builder = new OnnxBuilder(inputs, false);
    kernelOf(node.kernel).onnx(
      node,
      Object.fromEntries(Object.keys(node.inputs).map((key) => [key, `in_${key}`])),
      builder,
    );
    yield [node.kernel, builder.nodes.map(({ op_type }) => op_type)];
  }
}
