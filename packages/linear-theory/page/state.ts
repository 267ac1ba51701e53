import type { Problem } from "../src/problem.ts";
import { allowed, type ParameterName, parameters } from "./parameters.ts";

/** Everything that the page shows follows from this. */
export type State = Readonly<Record<ParameterName, number>> & {
  /** Of the simulation. */
  readonly seed: number;
  /** Data sets that the simulation draws for each dot. */
  readonly replicates: number;
};

export const replicateChoices: readonly number[] = [100, 500, 2000, 10_000];

export const initialState: State = {
  ...(Object.fromEntries(parameters.map(({ name, initial }) => [name, initial])) as Record<
    ParameterName,
    number
  >),
  seed: 1,
  replicates: 500,
};

/** The part of the address after "#": every parameter by its key. */
export function hashOf(state: State): string {
  const entries = parameters.map(({ key, name }) => `${key}=${state[name]}`);
  return [...entries, `seed=${state.seed}`, `draws=${state.replicates}`].join("&");
}

/** The state that an address names; what it leaves out or spells wrongly keeps its initial value, what is out of range the nearest allowed. */
export function stateOf(hash: string): State {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const number = (key: string) => Number(given.get(key)?.trim() || Number.NaN);
  const named = parameters.map((parameter) => [
    parameter.name,
    allowed(parameter, number(parameter.key)) ?? parameter.initial,
  ]);
  const seed = number("seed");
  const replicates = number("draws");
  return {
    ...(Object.fromEntries(named) as Record<ParameterName, number>),
    seed: Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31 ? seed : initialState.seed,
    replicates: replicateChoices.includes(replicates) ? replicates : initialState.replicates,
  };
}

export function problemOf(state: State): Problem {
  return {
    features: state.features,
    rows: [state.rows0, state.rows1],
    noise: [state.noise0, state.noise1],
    shifts: [
      [0, 0],
      [0, state.distance],
    ],
  };
}
