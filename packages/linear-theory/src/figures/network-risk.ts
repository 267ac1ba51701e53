import { type NetworkBoundKind, networkBound } from "../network/bound.ts";
import { networkFirstOrder } from "../network/first-order.ts";
import { networkMonteCarlo } from "../network/monte-carlo.ts";
import type { LinearNetwork } from "../network/setting.ts";
import { networkSure } from "../network/sure.ts";
import { random } from "../random.ts";
import { type Dot, logGrid, type SimulatedFigure } from "./problem.ts";

/** The primary's risk in a linear network with v = 1, in units of D v, the risk of least squares of the primary alone. */
export interface NetworkRiskFigure {
  readonly features: number;
  readonly tasks: number;
  readonly width: number;
  readonly bySignal: readonly {
    /** P_00, how much of the primary's column the shared directions get from the primary itself. */
    readonly leverage: number;
    readonly points: readonly {
      readonly signalToNoise: number;
      readonly firstOrder: number;
      /** The smaller of the sharp and the simple bound. */
      readonly bound: number;
    }[];
    readonly dots: readonly Dot[];
  }[];
  /** A network of rank 3 with a weak tail, fitted at every width. */
  readonly byWidth: readonly {
    readonly width: number;
    readonly firstOrder: number;
    readonly simulated: Dot;
    /** SURE of a few data sets. */
    readonly sure: readonly number[];
  }[];
  /** Auxiliaries that span a plane, and a primary at an angle to it, fitted at width 2. */
  readonly byAngle: readonly {
    readonly degrees: number;
    readonly firstOrder: number;
    readonly simulated: Dot;
  }[];
}

/** Figure 6. Cost: about 20 µs a data set. */
export function networkRiskFigure({ replicates = 2000, seed = 6 }: SimulatedFigure = {}): NetworkRiskFigure {
  const [features, tasks, width] = [20, 6, 2];
  const simulate = (network: LinearNetwork, x: number, stream: number): Dot => {
    const { mean, se } = networkMonteCarlo(network, { replicates, seed: seed + stream }).risk;
    return { x, mean: mean / features, se: se / features };
  };
  const firstOrder = (network: LinearNetwork) => networkFirstOrder(network).risk / features;
  const bound = (network: LinearNetwork, kind: NetworkBoundKind) =>
    networkBound(network, { kind }).bound / features;
  const bySignal = [0.05, 0.4, 0.8].map((leverage, curve) => {
    const at = (snr: number) => ofLeverage(features, tasks, leverage, snr);
    return {
      leverage,
      points: logGrid(4, 256, 49).map((snr) => ({
        signalToNoise: snr,
        firstOrder: firstOrder(at(snr)),
        bound: Math.min(bound(at(snr), "sharp"), bound(at(snr), "simple")),
      })),
      dots: [4, 8, 16, 32, 64, 128, 256].map((snr, i) => simulate(at(snr), snr, 100 * curve + i)),
    };
  });

  const tailed = rankThree(features);
  const draw = random(seed + 999);
  const datasets = [0, 1, 2].map(() => tailed.map((row) => row.map((value) => value + draw.normal())));
  const byWidth = tailed[0]!.map((_, i) => {
    const network = { signal: tailed, noise: tailed[0]!.map(() => 1), width: i + 1 };
    return {
      width: i + 1,
      firstOrder: firstOrder(network),
      simulated: simulate(network, i + 1, 400 + i),
      sure: datasets.map((data) => networkSure(data, { noise: 1, width: i + 1 }).risk / features),
    };
  });

  const byAngle = [0, 2, 4, 6, 8, 10, 12, 15, 20].map((degrees, i) => {
    const network = atAngle(features, tasks, degrees);
    return { degrees, firstOrder: firstOrder(network), simulated: simulate(network, degrees, 500 + i) };
  });
  return { features, tasks, width, bySignal, byWidth, byAngle };
}

/** M of rank 2 with both singular values `strength`; the primary's leverage is P_00. */
function ofLeverage(features: number, tasks: number, leverage: number, strength: number): LinearNetwork {
  const first = Array.from({ length: tasks }, (_, k) =>
    k === 0 ? Math.sqrt(leverage) : k <= 3 ? Math.sqrt((1 - leverage) / 3) : 0,
  );
  const second = Array.from({ length: tasks }, (_, k) => (k > 3 ? 1 / Math.sqrt(tasks - 4) : 0));
  const signal = Array.from({ length: features }, (_, i) =>
    first.map((value, k) => strength * (i === 0 ? value : i === 1 ? second[k]! : 0)),
  );
  return { signal, noise: first.map(() => 1), width: 2 };
}

/** Seven tasks with coefficients in three shared directions, each with a little of its own: noise is √D = 4.5 long. */
function rankThree(features: number): number[][] {
  const shared = [
    [14, 16, 12, 10, 8, 6, 10],
    [10, -4, 12, -8, 10, 14, -12],
    [8, 10, -6, 12, -10, 6, 8],
  ];
  return Array.from({ length: features }, (_, i) =>
    shared[0]!.map((_task, k) => (i < 3 ? shared[i]![k]! : i === 3 + k ? 1.5 : 0)),
  );
}

/** Auxiliaries of length 30 in a plane, 72 degrees apart; the primary as long, turned out of it. */
function atAngle(features: number, tasks: number, degrees: number): LinearNetwork {
  const out = (degrees * Math.PI) / 180;
  const columns = Array.from({ length: tasks }, (_, k) => {
    const turn = (k * 2 * Math.PI) / 5;
    return k === 0 ? [Math.cos(out), 0, Math.sin(out)] : [Math.cos(turn), Math.sin(turn), 0];
  });
  const signal = Array.from({ length: features }, (_, i) => columns.map((column) => 30 * (column[i] ?? 0)));
  return { signal, noise: columns.map(() => 1), width: 2 };
}
