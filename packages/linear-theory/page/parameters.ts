import { ladder } from "./ladder.ts";

/** What the explorer can vary. */
export type ParameterName = "features" | "rows0" | "rows1" | "noise0" | "noise1" | "distance" | "weight";

export interface Parameter {
  readonly name: ParameterName;
  /** In the address: "n0". */
  readonly key: string;
  readonly label: string;
  /** As formulas write it: "n₀". */
  readonly symbol: string;
  readonly initial: number;
  /** What may be typed; `values` is what the slider reaches. */
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** The slider's stops, rising: every step of the keyboard changes the value. */
  readonly values: readonly number[];
}

export const parameters: readonly Parameter[] = [
  whole("features", "d", "Features", "d", 20, 1, 50),
  whole("rows0", "n0", "Rows, primary", "n₀", 60, 2, 500),
  whole("rows1", "n1", "Rows, auxiliary", "n₁", 200, 1, 1000),
  positive("noise0", "s0", "Noise variance, primary", "s₀²", 1, 0.01, 10),
  positive("noise1", "s1", "Noise variance, auxiliary", "s₁²", 1, 0.01, 10),
  {
    ...positive("distance", "delta", "Squared distance", "Δ", 0.8, 0.01, 10),
    min: 0,
    values: [0, ...ladder(0.01, 10, false)],
  },
  { ...positive("weight", "a", "Weight, auxiliary", "a", 0.3, 0.001, 100), min: 1e-6, max: 1e6 },
];

function whole(
  name: ParameterName,
  key: string,
  label: string,
  symbol: string,
  initial: number,
  min: number,
  max: number,
): Parameter {
  return { name, key, label, symbol, initial, min, max, whole: true, values: ladder(min, max, true) };
}

function positive(
  name: ParameterName,
  key: string,
  label: string,
  symbol: string,
  initial: number,
  min: number,
  max: number,
): Parameter {
  return { name, key, label, symbol, initial, min, max, whole: false, values: ladder(min, max, false) };
}

/** The number of the slider's stop that is nearest in ratio. */
export function stopOf({ values }: Parameter, value: number): number {
  const distance = (stop: number) => Math.abs(Math.log((stop + 1e-3) / (value + 1e-3)));
  return values.reduce((best, stop, i) => (distance(stop) < distance(values[best]!) ? i : best), 0);
}

/** The nearest value that the parameter may have; undefined for what is no number. */
export function allowed({ min, max, whole }: Parameter, value: number): number | undefined {
  if (Number.isNaN(value)) return undefined;
  const inside = Math.min(max, Math.max(min, value));
  return whole ? Math.round(inside) : inside;
}
