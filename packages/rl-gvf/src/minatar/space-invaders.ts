import { clamp, FIRE, type Game, LEFT, RIGHT, SIDE } from "./game.ts";

const CANNON_ROW = SIDE - 1;
const SHOT_STEPS = 5;
const ALIEN_SHOT_STEPS = 10;
const SLOWEST = 12;
const FASTEST = 6;
const CHANNELS = 6;
const LEFT_EDGE = 1;
const RIGHT_EDGE = 1 << (SIDE - 1);
/** Rows 0 to 3, columns 2 to 7. */
const WAVE: readonly number[] = Array.from({ length: SIDE }, (_, y) => (y < 4 ? 0b0011111100 : 0));

export interface SpaceInvadersState {
  over: boolean;
  cannon: number;
  /** One row of the board each; bit x is column x. */
  aliens: number[];
  bullets: number[];
  alienBullets: number[];
  /** -1 left, 1 right. */
  direction: number;
  /** Most steps between two moves of the aliens. */
  interval: number;
  moveTimer: number;
  alienShotTimer: number;
  shotTimer: number;
  rampIndex: number;
}

/** Aliens march down and shoot; each is worth 1, and an alien or a bullet on the cannon ends the episode. Nothing is random. */
export const spaceInvaders: Game<SpaceInvadersState> = {
  name: "space-invaders",
  channels: ["cannon", "alien", "alien_left", "alien_right", "friendly_bullet", "enemy_bullet"],
  minimalActions: [0, LEFT, RIGHT, FIRE],

  start: () => ({
    over: false,
    cannon: 5,
    aliens: [...WAVE],
    bullets: emptyBoard(),
    alienBullets: emptyBoard(),
    direction: -1,
    interval: SLOWEST,
    moveTimer: SLOWEST,
    alienShotTimer: ALIEN_SHOT_STEPS,
    shotTimer: 0,
    rampIndex: 0,
  }),

  step(state, action, _random, ramping) {
    if (action === FIRE && state.shotTimer === 0) {
      state.bullets[CANNON_ROW]! |= 1 << state.cannon;
      state.shotTimer = SHOT_STEPS;
    } else if (action === LEFT) state.cannon = clamp(state.cannon - 1, 0, SIDE - 1);
    else if (action === RIGHT) state.cannon = clamp(state.cannon + 1, 0, SIDE - 1);
    moveUp(state.bullets);
    moveDown(state.alienBullets, 0);
    if (onCannon(state, state.alienBullets) || onCannon(state, state.aliens)) state.over = true;
    if (state.moveTimer === 0) march(state);
    if (state.alienShotTimer === 0) {
      state.alienShotTimer = ALIEN_SHOT_STEPS;
      shootBack(state);
    }
    const reward = shootDown(state);
    if (state.shotTimer > 0) state.shotTimer--;
    state.moveTimer--;
    state.alienShotTimer--;
    if (state.aliens.every((row) => row === 0)) nextWave(state, ramping);
    return reward;
  },

  paint(state, out, offset) {
    out[offset + (CANNON_ROW * SIDE + state.cannon) * CHANNELS] = 1;
    const marching = state.direction < 0 ? 2 : 3;
    for (let y = 0; y < SIDE; y++) {
      const row = offset + y * SIDE * CHANNELS;
      for (let bits = state.aliens[y]!; bits !== 0; bits &= bits - 1) {
        const cell = row + lowestBit(bits) * CHANNELS;
        out[cell + 1] = 1;
        out[cell + marching] = 1;
      }
      for (let bits = state.bullets[y]!; bits !== 0; bits &= bits - 1) {
        out[row + lowestBit(bits) * CHANNELS + 4] = 1;
      }
      for (let bits = state.alienBullets[y]!; bits !== 0; bits &= bits - 1) {
        out[row + lowestBit(bits) * CHANNELS + 5] = 1;
      }
    }
  },
};

const emptyBoard = (): number[] => Array.from({ length: SIDE }, () => 0);

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

const onCannon = ({ cannon }: SpaceInvadersState, board: readonly number[]): boolean =>
  ((board[CANNON_ROW]! >>> cannon) & 1) === 1;

function moveUp(board: number[]): void {
  for (let y = 0; y < SIDE - 1; y++) board[y] = board[y + 1]!;
  board[SIDE - 1] = 0;
}

/** Every row moves down by one, and `first` becomes row 0. */
function moveDown(board: number[], first: number): void {
  for (let y = SIDE - 1; y > 0; y--) board[y] = board[y - 1]!;
  board[0] = first;
}

/** The aliens move sideways, or at the edge down and turn; fewer aliens move more often. */
function march(state: SpaceInvadersState): void {
  const { aliens } = state;
  let count = 0;
  let columns = 0;
  for (const row of aliens) {
    columns |= row;
    for (let bits = row; bits !== 0; bits &= bits - 1) count++;
  }
  state.moveTimer = Math.min(count, state.interval);
  const edge = state.direction < 0 ? LEFT_EDGE : RIGHT_EDGE;
  if ((columns & edge) !== 0) {
    state.direction = -state.direction;
    if (aliens[SIDE - 1] !== 0) state.over = true;
    moveDown(aliens, aliens[SIDE - 1]!);
  } else {
    for (let y = 0; y < SIDE; y++) aliens[y] = state.direction < 0 ? aliens[y]! >>> 1 : aliens[y]! << 1;
  }
  if (onCannon(state, aliens)) state.over = true;
}

/** The lowest alien of the column nearest to the cannon shoots; of two columns as near, the left one. */
function shootBack({ aliens, alienBullets, cannon }: SpaceInvadersState): void {
  const columns = aliens.reduce((all, row) => all | row, 0);
  for (let distance = 0; distance < SIDE; distance++) {
    for (const x of [cannon - distance, cannon + distance]) {
      if (x < 0 || ((columns >>> x) & 1) === 0) continue;
      let y = SIDE - 1;
      while (((aliens[y]! >>> x) & 1) === 0) y--;
      alienBullets[y]! |= 1 << x;
      return;
    }
  }
}

/** Aliens and bullets on the same cell vanish together; returns how many aliens did. */
function shootDown({ aliens, bullets }: SpaceInvadersState): number {
  let hits = 0;
  for (let y = 0; y < SIDE; y++) {
    const both = aliens[y]! & bullets[y]!;
    if (both === 0) continue;
    for (let bits = both; bits !== 0; bits &= bits - 1) hits++;
    aliens[y]! ^= both;
    bullets[y]! ^= both;
  }
  return hits;
}

function nextWave(state: SpaceInvadersState, ramping: boolean): void {
  if (ramping && state.interval > FASTEST) {
    state.interval--;
    state.rampIndex++;
  }
  state.aliens = [...WAVE];
}
