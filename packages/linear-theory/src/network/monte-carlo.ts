import { LinearTheoryError } from "../error.ts";
import { notNaN } from "../finite.ts";
import { product, type Rectangular, rectangular } from "../linalg/matrix.ts";
import { primaryColumn, type Spectrum, spectrum } from "../linalg/spectrum.ts";
import { random } from "../random.ts";
import type { Estimate } from "../simulate/summary.ts";
import { firstOrder } from "./first-order.ts";
import { checkNetwork, type LinearNetwork } from "./setting.ts";
import { sureOf } from "./sure.ts";

export interface NetworkMonteCarlo {
  /** The primary's risk E ‖(M̂P̂ - M) e_0‖². */
  readonly risk: Estimate;
  /** The mean of SURE minus the loss of the same draw: 0 up to its standard error. */
  readonly sureMinusLoss: Estimate;
  /** The same for an estimate that takes the projector for given, with D P̂_00 in the place of div_0: below 0, for it leaves out what P̂ owes the noise. */
  readonly fixedProjectorMinusLoss: Estimate;
}

export interface MonteCarloOptions {
  /** At least 2; 2,000 by default. */
  readonly replicates?: number;
  /** 1 by default. The same seed gives the same numbers. */
  readonly seed?: number;
}

/**
 * Draws M̂ = M + E many times and measures the primary's loss ‖(M̂P̂ - M) e_0‖² and its unbiased estimate.
 * The first-order error ‖ΠEe_0 + (I-Π) E P e_0 - M (I-P) e_0‖², whose mean is `networkFirstOrder` exactly, serves as a control variate
 * (with the regression coefficient of the draws), so that at small noise the standard error is far below that of a plain mean.
 *
 * @throws LinearTheoryError as `checkNetwork`; `bad-option` for fewer than 2 replicates.
 * Cost: replicates · (a singular value decomposition of D×T + D T random numbers), 10 to 40 µs each at D ≤ 40 and T ≤ 8.
 */
export function networkMonteCarlo(
  network: LinearNetwork,
  { replicates = 2000, seed = 1 }: MonteCarloOptions = {},
): NetworkMonteCarlo {
  const signal = rectangular(checkNetwork(network).signal, "signal");
  if (!Number.isInteger(replicates) || replicates < 2)
    throw new LinearTheoryError(
      "bad-option",
      `replicates must be a whole number of at least 2, not ${replicates}.`,
      {
        replicates,
      },
    );
  const { width } = network;
  const control = controlOf(signal, network);
  const deviations = network.noise.map(Math.sqrt);
  const draw = random(seed);
  const losses = new Float64Array(replicates);
  const controls = new Float64Array(replicates);
  const differences = new Float64Array(replicates);
  const fixedDifferences = new Float64Array(replicates);
  const noise = { ...signal, values: new Float64Array(signal.values.length) };
  const estimate = { ...signal, values: new Float64Array(signal.values.length) };
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (let i = 0; i < noise.values.length; i++) {
      noise.values[i] = deviations[i % signal.columns]! * draw.normal();
      estimate.values[i] = signal.values[i]! + noise.values[i]!;
    }
    const ofEstimate = spectrum(estimate);
    const p = primaryColumn(ofEstimate, width);
    losses[replicate] = lossOf(estimate, signal, p);
    controls[replicate] = control?.of(noise.values) ?? 0;
    const sure = sureOf(ofEstimate, signal.rows, network.noise[0]!, width);
    differences[replicate] = sure.risk - losses[replicate]!;
    const turned = 2 * network.noise[0]! * (sure.divergence - signal.rows * p[0]!);
    fixedDifferences[replicate] = differences[replicate]! - turned;
  }
  return {
    risk: control === undefined ? simulatedMean(losses) : controlled(losses, controls, control.mean),
    sureMinusLoss: simulatedMean(differences),
    fixedProjectorMinusLoss: simulatedMean(fixedDifferences),
  };
}

/** ‖M̂ p - M e_0‖². */
function lossOf(estimate: Rectangular, signal: Rectangular, p: Float64Array): number {
  const { rows, columns } = estimate;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let error = -signal.values[i * columns]!;
    for (let k = 0; k < columns; k++) error += estimate.values[i * columns + k]! * p[k]!;
    sum += error * error;
  }
  return sum;
}

/** The first-order error as a function of the noise, and its mean; undefined where Π is not determined to working accuracy. */
function controlOf(
  signal: Rectangular,
  network: LinearNetwork,
): { mean: number; of(noise: Float64Array): number } | undefined {
  const ofSignal = spectrum(signal);
  const { rows, columns } = signal;
  const { width } = network;
  if (width >= Math.min(rows, columns) || ofSignal.values[width - 1]! < 1e-6 * ofSignal.values[0]!)
    return undefined;
  const left = leftVectors(signal, ofSignal, width);
  const p = primaryColumn(ofSignal, width);
  const tail = Float64Array.from({ length: rows }, (_, i) => {
    let rest = signal.values[i * columns]!;
    for (let k = 0; k < columns; k++) rest -= signal.values[i * columns + k]! * p[k]!;
    return rest;
  });
  const of = (noise: Float64Array): number => {
    // EPe_0 + Π E (I-P) e_0 - M (I-P) e_0, which is the same.
    const error = new Float64Array(rows);
    const rest = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      let mixed = 0;
      for (let k = 0; k < columns; k++) mixed += noise[i * columns + k]! * p[k]!;
      error[i] = mixed - tail[i]!;
      rest[i] = noise[i * columns]! - mixed;
    }
    for (let j = 0; j < width; j++) {
      let along = 0;
      for (let i = 0; i < rows; i++) along += left[i * width + j]! * rest[i]!;
      for (let i = 0; i < rows; i++) error[i]! += along * left[i * width + j]!;
    }
    return error.reduce((sum, value) => sum + value * value, 0);
  };
  return { mean: firstOrder(ofSignal, rows, network).risk, of };
}

/** U_q = M V_q diag(1/σ), D×q, row-major. */
function leftVectors(signal: Rectangular, { values, right }: Spectrum, width: number): Float64Array {
  const tasks = signal.columns;
  const turned = Float64Array.from({ length: tasks * width }, (_, at) => {
    const i = at % width;
    return right[Math.floor(at / width) * tasks + i]! / values[i]!;
  });
  return product(signal, { rows: tasks, columns: width, values: turned }).values;
}

/** Mean and standard error of independent draws; an infinite draw makes both infinite. */
export function simulatedMean(draws: Float64Array): Estimate {
  const mean = notNaN(draws.reduce((sum, value) => sum + value, 0) / draws.length, "A simulated mean");
  if (!Number.isFinite(mean)) return { mean, se: Number.POSITIVE_INFINITY };
  const squares = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, se: Math.sqrt(squares / (draws.length - 1) / draws.length) };
}

/** The mean of `draws` with a control variate of known mean: draws - b (controls - known), b their regression coefficient. */
function controlled(draws: Float64Array, controls: Float64Array, known: number): Estimate {
  const [x, y] = [simulatedMean(controls).mean, simulatedMean(draws).mean];
  let [shared, own] = [0, 0];
  for (const [i, control] of controls.entries()) {
    shared += (control - x) * (draws[i]! - y);
    own += (control - x) ** 2;
  }
  const slope = own > 0 && Number.isFinite(shared / own) ? shared / own : 0;
  return simulatedMean(draws.map((value, i) => value - slope * (controls[i]! - known)));
}
