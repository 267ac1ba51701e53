import { type Rectangular, rowsOf, transposedProduct } from "../linalg/matrix.ts";
import { orthonormalise } from "../linalg/orthonormalise.ts";
import { type Random, random } from "../random.ts";
import type { Estimate } from "../simulate/summary.ts";
import { type NetworkBoundKind, networkBound } from "./bound.ts";
import { networkFirstOrder } from "./first-order.ts";
import { networkMonteCarlo } from "./monte-carlo.ts";
import type { LinearNetwork } from "./setting.ts";

/** One random network of `networkBoundStudy`. Risks are in units of v: single-task has D. */
export interface BoundStudyRow {
  readonly features: number;
  readonly tasks: number;
  readonly width: number;
  readonly signalToNoise: number;
  readonly leverage: number;
  readonly single: number;
  readonly truth: Estimate;
  readonly firstOrder: number;
  readonly bounds: Readonly<Record<NetworkBoundKind, number>>;
  /** Kinds that claim that the network beats single-task. */
  readonly certifiedBy: readonly NetworkBoundKind[];
  /** No bound lies more than 3.5 standard errors below the truth. */
  readonly holds: boolean;
  /** A kind claims a benefit and the simulated risk is not below single-task's. */
  readonly falseClaim: boolean;
}

/** One setting of `networkSureStudy`, with equal or unequal noise, of exact or of full rank, fitted at the right width or another. */
export interface SureStudyRow {
  readonly features: number;
  readonly tasks: number;
  /** The number of strong singular values. */
  readonly rank: number;
  readonly width: number;
  readonly equalNoise: boolean;
  readonly tail: boolean;
  readonly truth: Estimate;
  readonly sureMinusLoss: Estimate;
  /** Mean of SURE minus loss in standard errors. */
  readonly z: number;
  /** The same for the estimate that takes the projector for given: the control, which must fail. */
  readonly fixedProjectorZ: number;
}

export interface StudyOptions {
  /** How many networks or settings: 400 for the bounds and 24 for SURE by default. */
  readonly count?: number;
  /** Draws for each: 1,000 for the bounds and 20,000 for SURE by default. */
  readonly replicates?: number;
  readonly seed?: number;
}

const KINDS = ["sharp", "general", "simple"] as const;

/**
 * Random networks of exact rank q with equal noise (D 5 … 40, T 3 … 8, q 1 … T-1, σ_q/√v from 5 to 300), each simulated and bounded:
 * does every bound hold, and is every certificate of a benefit true?
 * Deterministic in its seed. Cost: count · replicates draws, see `networkMonteCarlo`; about 40 s by default.
 */
export function networkBoundStudy({
  count = 400,
  replicates = 1000,
  seed = 1,
}: StudyOptions = {}): BoundStudyRow[] {
  const draw = random(seed);
  return Array.from({ length: count }, (_, i) => boundRow(exactRank(draw), replicates, seed + i + 1));
}

function boundRow(network: LinearNetwork, replicates: number, seed: number): BoundStudyRow {
  const first = networkFirstOrder(network);
  const truth = networkMonteCarlo(network, { replicates, seed }).risk;
  const bounds = KINDS.map((kind) => networkBound(network, { kind }));
  const certifiedBy = bounds.filter((bound) => bound.certifies).map((bound) => bound.kind);
  const [sharp, general, simple] = bounds.map(({ bound }) => bound) as [number, number, number];
  return {
    features: network.signal.length,
    tasks: network.noise.length,
    width: network.width,
    signalToNoise: first.signalToNoise,
    leverage: first.leverage,
    single: first.single,
    truth,
    firstOrder: first.risk,
    bounds: { sharp, general, simple },
    certifiedBy,
    holds: Math.min(sharp, general, simple) >= truth.mean - 3.5 * truth.se,
    falseClaim: certifiedBy.length > 0 && truth.mean >= first.single,
  };
}

/** A random network of exact rank with v = 1 and a drawn σ_q. */
function exactRank(draw: Random): LinearNetwork {
  const features = whole(draw, 5, 40);
  const tasks = whole(draw, 3, 8);
  const width = whole(draw, 1, Math.min(tasks, features) - 1);
  const smallest = 5 * 60 ** draw.uniform();
  const values = Array.from({ length: width }, (_, i) =>
    i === width - 1 ? smallest : smallest * (1 + 2 * draw.uniform()),
  );
  return {
    signal: withSpectrum(draw, features, tasks, values),
    noise: new Array<number>(tasks).fill(1),
    width,
  };
}

/**
 * Random settings in which the unbiased estimate is compared with the loss of the same draw: the mean difference must be 0.
 * Half of them have unequal noise, half a tail of weak singular values, every third is fitted at a width other than the rank, and D may be
 * below T. Settings near a tie of σ_q and σ_{q+1} are left out, for there SURE has no variance and a z no meaning.
 * Deterministic in its seed. Cost: count · replicates draws, see `networkMonteCarlo`; about 20 s by default.
 */
export function networkSureStudy({
  count = 24,
  replicates = 20_000,
  seed = 1,
}: StudyOptions = {}): SureStudyRow[] {
  const draw = random(seed);
  return Array.from({ length: count }, (_, i) => {
    const features = whole(draw, 3, 20);
    const tasks = whole(draw, 3, 6);
    const rank = whole(draw, 1, Math.min(features, tasks) - 1);
    const width = i % 3 === 2 ? Math.max(1, rank - 1) : rank;
    const [equalNoise, tail] = [i % 2 === 0, i % 4 < 2];
    const noise = Array.from({ length: tasks }, () => (equalNoise ? 1 : 0.25 + 1.25 * draw.uniform()));
    const spread = Math.sqrt(features) + Math.sqrt(tasks);
    const values = Array.from({ length: Math.min(features, tasks) }, (_strength, j) =>
      j < rank ? 4 * spread * (rank - j) : tail ? draw.uniform() * spread : 0,
    );
    const network = { signal: withSpectrum(draw, features, tasks, values), noise, width };
    const found = networkMonteCarlo(network, { replicates, seed: seed + i + 1 });
    const { risk: truth, sureMinusLoss, fixedProjectorMinusLoss: fixed } = found;
    return {
      features,
      tasks,
      rank,
      width,
      equalNoise,
      tail,
      truth,
      sureMinusLoss,
      z: sureMinusLoss.mean / sureMinusLoss.se,
      fixedProjectorZ: fixed.mean / fixed.se,
    };
  });
}

/** Σ_i σ_i u_i v_i' with random orthonormal u and v, D×T. */
function withSpectrum(draw: Random, features: number, tasks: number, values: readonly number[]): number[][] {
  const left = orthonormalRows(draw, values.length, features);
  const right = orthonormalRows(draw, values.length, tasks);
  const scaled = left.values.map((value, i) => value * values[Math.floor(i / features)]!);
  return rowsOf(transposedProduct({ ...left, values: scaled }, right));
}

function orthonormalRows(draw: Random, rows: number, columns: number): Rectangular {
  const drawn = Float64Array.from({ length: rows * columns }, () => draw.normal());
  return { rows, columns, values: orthonormalise(drawn, columns) };
}

/** A whole number from low to high, all alike. */
function whole(draw: Random, low: number, high: number): number {
  return low + Math.floor(draw.uniform() * (high - low + 1));
}
