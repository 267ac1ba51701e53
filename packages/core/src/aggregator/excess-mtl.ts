import { combine, rowsOf } from "../solve/rows.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import { type Aggregator, parametersOf } from "./aggregator.ts";

export interface ExcessMtlOptions {
  /** Step size of the weights, η. Default 0.01, LibMTL's. */
  stepSize?: number;
  /** Steps with equal weights, whose mean excess risk is what later ones are divided by. Default 1, as LibMTL; the paper takes three epochs. */
  warmup?: number;
}

/** Steps taken, logarithms of the weights up to a constant, and the sum of the excess risks of the warmup. */
export interface ExcessMtlState {
  t: number;
  logits: number[];
  initial: number[];
}

/**
 * ExcessMTL: tasks far from their optimum get more weight. The excess risk of a task is estimated by E_k = Σ_i g_ki²/√(S_ki + 1e-7),
 * S the running sum of g², divided by its mean over the warmup, E_k/(E_k⁰ + 1e-7); then w_k ← w_k exp(η E_k), scaled to the sum T.
 *
 * Heads get w_k times their own gradient. The weights never come back: they multiply up over the run. Cost: T backward passes, T × P
 * numbers on the host and T × P remembered.
 *
 * Paper: He et al., "Robust Multi-Task Learning with Excess Risks", ICML 2024, https://proceedings.mlr.press/v235/he24n.html. As TorchJD
 * (times T), so kept as logarithms, which never overflow; LibMTL is the case of a warmup of 1 without the 1e-7 that keeps a task with no
 * gradient at first from dividing by zero.
 *
 * @throws OutriggerError `bad-option` unless η is at least 0 and the warmup a positive integer.
 */
export const excessMtl = ({
  stepSize = 0.01,
  warmup = 1,
}: ExcessMtlOptions = {}): Aggregator<ExcessMtlState> => {
  inRange(stepSize, "stepSize", 0, Number.MAX_VALUE);
  positiveInteger(warmup, "warmup");
  return {
    name: "excess-mtl",
    paper: {
      title: "Robust Multi-Task Learning with Excess Risks",
      venue: "ICML",
      year: 2024,
      url: "https://proceedings.mlr.press/v235/he24n.html",
    },
    verified: "torchjd",
    init: ({ tasks }) => ({
      t: 0,
      logits: Array.from({ length: tasks }, () => 0),
      initial: Array.from({ length: tasks }, () => 0),
    }),
    memory: (shape) => ({ squares: shape.tasks * parametersOf(shape) }),
    aggregate({ gradients, direction, memory }, { t, logits, initial }) {
      const squares = rowsOf(memory.squares!, gradients.length);
      const excess = gradients.map((row, k) => risk(row, squares[k]!));
      const warm = t < warmup;
      const scaled = excess.map((value, k) => value / (initial[k]! / warmup + 1e-7));
      const next = warm ? logits : centred(logits.map((value, k) => value + stepSize * scaled[k]!));
      const powers = next.map(Math.exp);
      const total = powers.reduce((a, b) => a + b, 0);
      const weights = powers.map((value) => (value * powers.length) / total);
      combine(gradients, weights, direction);
      const state = {
        t: t + 1,
        logits: [...next],
        initial: warm ? initial.map((value, k) => value + excess[k]!) : [...initial],
      };
      return { state, weights, heads: weights };
    },
  };
};

/** Σ_i g_i²/√(S_i + 1e-7), after g² was added to S. */
function risk(row: Float32Array, squares: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const square = row[i]! * row[i]!;
    squares[i]! += square;
    sum += square / Math.sqrt(squares[i]! + 1e-7);
  }
  return sum;
}

/** The greatest is 0: softmax does not see the constant, and exponentials do not overflow. */
function centred(logits: readonly number[]): number[] {
  const greatest = Math.max(...logits);
  return logits.map((value) => value - greatest);
}
