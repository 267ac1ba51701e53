/** What gates are made of besides the T task embeddings, which lie one after another in a flat array of T · width numbers. */
export interface GateShape {
  /** Index of the primary's embedding. */
  readonly primary: number;
  readonly width: number;
  /** a, the share of the structures. */
  readonly structure: number;
  /** T. */
  readonly temperature: number;
  /** ⟨s_t, s_k⟩ of every auxiliary, in the order of the tasks with the primary left out. */
  readonly similarities: readonly number[];
}

interface Unit {
  readonly direction: Float64Array;
  readonly length: number;
}

/** The direction of one embedding; that of a vector of zeros is 0. */
function unitOf(embeddings: ArrayLike<number>, k: number, width: number): Unit {
  const own = Float64Array.from({ length: width }, (_, i) => embeddings[k * width + i]!);
  const length = Math.hypot(...own);
  return { direction: length > 0 ? own.map((value) => value / length) : own, length };
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/**
 * γ_k = σ(((1 − a) ⟨e_t, e_k⟩ + a ⟨s_t, s_k⟩) / T) with unit vectors e, one number a task; 1 for the primary.
 */
export function gatesOf(embeddings: ArrayLike<number>, shape: GateShape): number[] {
  const { primary, width, structure, temperature, similarities } = shape;
  const target = unitOf(embeddings, primary, width).direction;
  return Array.from({ length: similarities.length + 1 }, (_, k) => {
    if (k === primary) return 1;
    const affinity = dot(target, unitOf(embeddings, k, width).direction);
    const similar = similarities[k < primary ? k : k - 1]!;
    return 1 / (1 + Math.exp(-((1 - structure) * affinity + structure * similar) / temperature));
  });
}

/**
 * ∂F/∂e of a function F of the gates, from ∂F/∂γ_k, one number a task (the primary's is not read). Flat, as the embeddings are:
 *
 *     ∂γ_k/∂e_k = γ_k (1 − γ_k) (1 − a)/T · (ê_t − ⟨ê_t, ê_k⟩ ê_k) / ‖e_k‖,   and the same with t and k exchanged
 */
export function gateSlopes(
  embeddings: ArrayLike<number>,
  shape: GateShape,
  slopes: readonly number[],
): Float64Array {
  const { primary, width, structure, temperature } = shape;
  const gates = gatesOf(embeddings, shape);
  const target = unitOf(embeddings, primary, width);
  const out = new Float64Array(embeddings.length);
  for (const [k, gate] of gates.entries()) {
    if (k === primary) continue;
    const own = unitOf(embeddings, k, width);
    const affinity = dot(target.direction, own.direction);
    const factor = (slopes[k]! * gate * (1 - gate) * (1 - structure)) / temperature;
    for (let i = 0; i < width; i++) {
      const [t, e] = [target.direction[i]!, own.direction[i]!];
      if (own.length > 0) out[k * width + i] = (factor * (t - affinity * e)) / own.length;
      if (target.length > 0) out[primary * width + i]! += (factor * (e - affinity * t)) / target.length;
    }
  }
  return out;
}
