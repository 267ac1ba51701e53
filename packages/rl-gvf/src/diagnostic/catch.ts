import { fromRules, type Saved } from "../environment/from-rules.ts";
import type { Environment, RandomSource } from "../environment.ts";

const ROWS = 10;
const COLUMNS = 5;

export interface CatchState {
  ballX: number;
  ballY: number;
  paddle: number;
}

/**
 * A ball falls from a random column of a 10 × 5 board, one row a step; the paddle on the last row moves left, stays, or moves right.
 * After 9 steps the episode ends with reward 1 if the paddle is below the ball, else -1. Uniformly random actions get -0.6.
 *
 * Osband et al., "Behaviour Suite for Reinforcement Learning", ICLR 2020, https://arxiv.org/abs/1908.03568 (bsuite's Catch).
 */
export function catchBall({ random }: { readonly random: RandomSource }): Environment<Saved<CatchState>> {
  return fromRules<CatchState>(
    {
      name: "catch",
      observation: { shape: [ROWS, COLUMNS, 1], dtype: "uint8", low: 0, high: 1 },
      actions: ["left", "stay", "right"],
      start: (source) => ({ ballX: source.integer(COLUMNS), ballY: 0, paddle: Math.floor(COLUMNS / 2) }),
      step(state, action) {
        state.paddle = Math.min(COLUMNS - 1, Math.max(0, state.paddle + action - 1));
        state.ballY++;
        const terminated = state.ballY === ROWS - 1;
        const caught = state.ballX === state.paddle;
        return { reward: terminated ? (caught ? 1 : -1) : 0, terminated, truncated: false };
      },
      paint({ ballX, ballY, paddle }, out, offset) {
        out[offset + ballY * COLUMNS + ballX] = 1;
        out[offset + (ROWS - 1) * COLUMNS + paddle] = 1;
      },
    },
    random,
  );
}
