import { fromRules, type Saved } from "../environment/from-rules.ts";
import type { Environment, RandomSource } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import type { MarkovDecisionProcess } from "../question/chain.ts";

const DX = [0, 1, 0, -1];
const DY = [-1, 0, 1, 0];
const ACTIONS: readonly string[] = ["up", "right", "down", "left"];

export interface GridOptions {
  /** Cells a side. Default 9. */
  readonly size?: number;
  /** The goal's cell [x, y]. Default [6, 2]: off the diagonals and the middle, so that few cells share a value by symmetry. */
  readonly goal?: readonly [number, number];
}

export interface ReadoutGridState {
  /** y · size + x. */
  cell: number;
}

/**
 * An empty walled room of size × size cells: a step moves to a neighbouring cell, or nowhere against a wall; the goal is worth 1
 * and ends the episode, and episodes start in a uniformly random other cell. The observation is the agent's cell, one-hot.
 *
 * Made for one question: how well a linear read-out of a representation learnt from predictions alone gives the value of a
 * policy, which `gridProcess` and `stateValues` give exactly. A room of our own; not the domain of any paper.
 *
 * @throws RlGvfError `bad-option` unless the size is a whole number from 2 to 100 with the goal inside.
 */
export function readoutGrid({
  random,
  ...options
}: GridOptions & { readonly random: RandomSource }): Environment<Saved<ReadoutGridState>> {
  const { size, goal } = checked(options);
  return fromRules<ReadoutGridState>(
    {
      name: "readout-grid",
      observation: { shape: [size, size, 1], dtype: "uint8", low: 0, high: 1 },
      actions: ACTIONS,
      start(source) {
        const cell = source.integer(size * size - 1);
        return { cell: cell < goal ? cell : cell + 1 };
      },
      step(state, action) {
        state.cell = neighbour(state.cell, action, size);
        const terminated = state.cell === goal;
        return { reward: terminated ? 1 : 0, terminated, truncated: false };
      },
      paint({ cell }, out, offset) {
        out[offset + cell] = 1;
      },
    },
    random,
  );
}

/**
 * The same room as tables, for `stateValues` and `answerQuestions`: states are the cells y · size + x, the goal included, from which
 * nothing follows; the reward is 1 for entering the goal.
 *
 * @throws RlGvfError `bad-option` as `readoutGrid`. Cost: O(size⁴) memory.
 */
export function gridProcess(options: GridOptions = {}): MarkovDecisionProcess {
  const { size, goal } = checked(options);
  const cells = size * size;
  const next = ACTIONS.map((_, action) =>
    Array.from({ length: cells }, (_unused, cell) => (cell === goal ? -1 : neighbour(cell, action, size))),
  );
  const indicator = (to: number, wanted: (s: number) => boolean): number[] =>
    Array.from({ length: cells }, (_, s) => (s === to && wanted(s) ? 1 : 0));
  return {
    continuing: next.map((row) => row.map((to) => indicator(to, (s) => s !== goal))),
    ending: next.map((row) => row.map((to) => indicator(to, (s) => s === goal))),
    rewards: next.map((row) => row.map((to) => (to === goal ? 1 : 0))),
  };
}

function neighbour(cell: number, action: number, size: number): number {
  const x = (cell % size) + DX[action]!;
  const y = Math.floor(cell / size) + DY[action]!;
  return x < 0 || y < 0 || x >= size || y >= size ? cell : y * size + x;
}

function checked({ size = 9, goal = [6, 2] }: GridOptions): { size: number; goal: number } {
  const [x, y] = goal;
  const fits = (place: number): boolean => Number.isInteger(place) && place >= 0 && place < size;
  if (Number.isInteger(size) && size >= 2 && size <= 100 && fits(x) && fits(y))
    return { size, goal: y * size + x };
  throw new RlGvfError(
    "bad-option",
    `The grid needs a size from 2 to 100 and a goal inside it, not size ${size} and goal [${x}, ${y}].`,
    { size, goal: [x, y] },
  );
}
