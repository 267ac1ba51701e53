import { clamp, type Game, inside, LEFT, RIGHT, SIDE } from "./game.ts";

const PADDLE_ROW = SIDE - 1;
const FIRST_BRICK_ROW = 1;
const BRICK_ROWS = 3;
const BRICKS = BRICK_ROWS * SIDE;

/** Directions: 0 up-left, 1 up-right, 2 down-right, 3 down-left. */
const DX = [-1, 1, 1, -1];
const DY = [-1, -1, 1, 1];
const mirrorHorizontally = (direction: number): number => direction ^ 1;
const mirrorVertically = (direction: number): number => 3 - direction;
const reverse = (direction: number): number => direction ^ 2;

export interface BreakoutState {
  over: boolean;
  paddle: number;
  ballX: number;
  ballY: number;
  /** The ball's cell before the last step. */
  lastX: number;
  lastY: number;
  direction: number;
  /** 1 where there is a brick: rows 1 to 3, row-major. */
  bricks: number[];
  bricksLeft: number;
  /** The ball has just removed a brick; the next brick that it meets it enters. */
  strike: boolean;
}

/** A ball that bounces off walls, bricks and the paddle; each brick is worth 1, a ball that passes the paddle ends the episode. */
export const breakout: Game<BreakoutState> = {
  name: "breakout",
  channels: ["paddle", "ball", "trail", "brick"],
  minimalActions: [0, LEFT, RIGHT],

  start(random) {
    const fromLeft = random.integer(2) === 0;
    const x = fromLeft ? 0 : SIDE - 1;
    return {
      over: false,
      paddle: 4,
      ballX: x,
      ballY: 3,
      lastX: x,
      lastY: 3,
      direction: fromLeft ? 2 : 3,
      bricks: Array.from({ length: BRICKS }, () => 1),
      bricksLeft: BRICKS,
      strike: false,
    };
  },

  step(state, action) {
    if (action === LEFT) state.paddle = clamp(state.paddle - 1, 0, SIDE - 1);
    else if (action === RIGHT) state.paddle = clamp(state.paddle + 1, 0, SIDE - 1);
    state.lastX = state.ballX;
    state.lastY = state.ballY;
    let x = state.ballX + DX[state.direction]!;
    let y = state.ballY + DY[state.direction]!;
    let reward = 0;
    let contact = false;
    if (!inside(x)) {
      x = clamp(x, 0, SIDE - 1);
      state.direction = mirrorHorizontally(state.direction);
    }
    if (y < 0) {
      y = 0;
      state.direction = mirrorVertically(state.direction);
    } else if (hasBrick(state, x, y)) {
      contact = true;
      if (!state.strike) {
        reward = 1;
        state.strike = true;
        state.bricks[brickIndex(x, y)] = 0;
        state.bricksLeft--;
        y = state.lastY;
        state.direction = mirrorVertically(state.direction);
      }
    } else if (y === PADDLE_ROW) {
      y = meetPaddle(state, x);
    }
    if (!contact) state.strike = false;
    state.ballX = x;
    state.ballY = y;
    return reward;
  },

  paint(state, out, offset) {
    out[offset + (PADDLE_ROW * SIDE + state.paddle) * 4] = 1;
    out[offset + (state.ballY * SIDE + state.ballX) * 4 + 1] = 1;
    out[offset + (state.lastY * SIDE + state.lastX) * 4 + 2] = 1;
    const first = offset + FIRST_BRICK_ROW * SIDE * 4 + 3;
    for (let brick = 0; brick < BRICKS; brick++) {
      if (state.bricks[brick] === 1) out[first + brick * 4] = 1;
    }
  },
};

const brickIndex = (x: number, y: number): number => (y - FIRST_BRICK_ROW) * SIDE + x;

const hasBrick = ({ bricks }: BreakoutState, x: number, y: number): boolean =>
  y >= FIRST_BRICK_ROW && y < FIRST_BRICK_ROW + BRICK_ROWS && bricks[brickIndex(x, y)] === 1;

/** The ball reaches the lowest row in column x: returns the row where it is afterwards. A cleared wall is built anew. */
function meetPaddle(state: BreakoutState, x: number): number {
  if (state.bricksLeft === 0) {
    state.bricks.fill(1);
    state.bricksLeft = BRICKS;
  }
  if (state.ballX === state.paddle) {
    state.direction = mirrorVertically(state.direction);
    return state.lastY;
  }
  if (x === state.paddle) {
    state.direction = reverse(state.direction);
    return state.lastY;
  }
  state.over = true;
  return PADDLE_ROW;
}
