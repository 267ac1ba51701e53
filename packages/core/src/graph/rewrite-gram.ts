import { fillOf, type Node, own, type Value } from "./graph.ts";
import { type GramAttributes, type LeafForm, leavesOf } from "./kernels/gram.ts";
import type { Emitter } from "./simplify.ts";

interface Factors {
  readonly x: Value;
  readonly deltas: readonly Value[];
}

/** The factors of a dense layer's gradient, Xᵀδ, as its node tells them. */
function factorsOf({ node }: Value): { x: Value; delta: Value } | undefined {
  const { a, b } = node.inputs;
  if (node.kernel !== "BatchMatMul" || a!.shape.length !== 2) return undefined;
  return node.attributes.transposeA && !node.attributes.transposeB ? { x: a!, delta: b! } : undefined;
}

/** Common factors of all tasks' gradients of one leaf; a task that does not reach the leaf has δ = 0. */
function commonFactors(rows: readonly Value[], emitter: Emitter): Factors | undefined {
  const factors = rows.map((row) => (fillOf(row) === 0 ? "zero" : factorsOf(row)));
  const first = factors.find((f) => typeof f === "object");
  if (first === undefined) return undefined;
  const deltas: Value[] = [];
  for (const f of factors) {
    if (f === undefined || (f !== "zero" && f.x !== first.x)) return undefined;
    deltas.push(f === "zero" ? emitter.fill(0, first.delta.shape, "float32") : f.delta);
  }
  return { x: first.x, deltas };
}

/**
 * Whether it is cheaper to leave a dense layer's gradients unformed. With S samples, layer n × m and T tasks, forming them takes
 * T·S·n·m multiplications and their inner products T²·n·m; from the factors, ⟨XXᵀδ_i, δ_j⟩ takes S²·n + T·S²·m + T²·S·m, in double
 * precision, which costs twice.
 */
function pays({ x, deltas }: Factors): boolean {
  const [samples, n] = x.shape as [number, number];
  const m = deltas[0]!.shape[1]!;
  const T = deltas.length;
  const formed = T * samples * n * m + T * T * n * m;
  return 2 * (samples * samples * (n + T * m) + T * T * samples * m) < formed;
}

/** A Gram matrix whose dense layers take the cheaper of the two forms; undefined when there is nothing to gain. */
export function factorGram(
  node: Node,
  inputs: Readonly<Record<string, Value>>,
  emitter: Emitter,
): Value | undefined {
  const attributes = node.attributes as GramAttributes;
  if (attributes.forms) return undefined;
  const forms: LeafForm[] = [];
  const given = leavesOf(attributes, Object.values(inputs)).flatMap(({ rows }) => {
    const factors = commonFactors(rows, emitter);
    const cheaper = factors !== undefined && pays(factors);
    forms.push(cheaper ? "factors" : "rows");
    return cheaper ? [factors.x, ...factors.deltas] : rows;
  });
  if (!forms.includes("factors")) return undefined;
  const { shape, dtype } = node.outputs[0]!;
  return emitter.emit(node.kernel, Object.fromEntries(given.entries()), { ...attributes, forms }, [
    shape,
    dtype,
  ]);
}

/** Σ_k w_k Xᵀδ_k = Xᵀ Σ_k w_k δ_k, where the Gram matrix leaves the gradients unformed too. */
export function factorCombine(
  _node: Node,
  inputs: Readonly<Record<string, Value>>,
  emitter: Emitter,
): Value | undefined {
  const [weights, ...rows] = Object.values(inputs);
  const factors = commonFactors(rows, emitter);
  if (factors === undefined || !pays(factors)) return undefined;
  const { x, deltas } = factors;
  const given = Object.fromEntries([weights!, ...deltas].entries());
  const delta = emitter.emit(own.combine, given, {}, [deltas[0]!.shape, "float32"]);
  const transposed = { transposeA: true, transposeB: false };
  return emitter.emit("BatchMatMul", { a: x, b: delta }, transposed, [rows[0]!.shape, "float32"]);
}
