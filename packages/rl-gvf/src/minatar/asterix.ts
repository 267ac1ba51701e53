import { clamp, DOWN, type Game, inside, LEFT, RIGHT, SIDE, UP } from "./game.ts";

const SLOTS = 8;
const EMPTY = 0;
const ENEMY = 1;
const GOLD = 2;
const RAMP_STEPS = 100;

export interface AsterixState {
  over: boolean;
  x: number;
  y: number;
  /** What runs on row slot + 1: 0 nothing, 1 an enemy, 2 gold. */
  kind: number[];
  /** Its column. */
  column: number[];
  movesRight: boolean[];
  spawnSpeed: number;
  spawnTimer: number;
  moveSpeed: number;
  moveTimer: number;
  rampTimer: number;
  rampIndex: number;
}

/** Enemies and gold cross the board on eight rows; gold is worth 1, an enemy ends the episode. Ever more of them, ever faster. */
export const asterix: Game<AsterixState> = {
  name: "asterix",
  channels: ["player", "enemy", "trail", "gold"],
  minimalActions: [0, 1, 2, 3, 4],

  start: () => ({
    over: false,
    x: 5,
    y: 5,
    kind: Array.from({ length: SLOTS }, () => EMPTY),
    column: Array.from({ length: SLOTS }, () => 0),
    movesRight: Array.from({ length: SLOTS }, () => false),
    spawnSpeed: 10,
    spawnTimer: 10,
    moveSpeed: 5,
    moveTimer: 5,
    rampTimer: RAMP_STEPS,
    rampIndex: 0,
  }),

  step(state, action, random, ramping) {
    if (state.spawnTimer === 0) {
      spawn(state, random.uniform() < 1 / 2, random.uniform() < 1 / 3, (n) => random.integer(n));
      state.spawnTimer = state.spawnSpeed;
    }
    movePlayer(state, action);
    let reward = 0;
    for (let slot = 0; slot < SLOTS; slot++) reward += touch(state, slot);
    if (state.moveTimer === 0) {
      state.moveTimer = state.moveSpeed;
      for (let slot = 0; slot < SLOTS; slot++) reward += advance(state, slot);
    }
    state.spawnTimer--;
    state.moveTimer--;
    if (ramping) ramp(state);
    return reward;
  },

  paint(state, out, offset) {
    out[offset + (state.y * SIDE + state.x) * 4] = 1;
    for (let slot = 0; slot < SLOTS; slot++) {
      const kind = state.kind[slot]!;
      if (kind === EMPTY) continue;
      const column = state.column[slot]!;
      const row = offset + (slot + 1) * SIDE * 4;
      out[row + column * 4 + (kind === GOLD ? 3 : 1)] = 1;
      const behind = state.movesRight[slot] ? column - 1 : column + 1;
      if (inside(behind)) out[row + behind * 4 + 2] = 1;
    }
  },
};

/** Something enters on a free row, chosen uniformly. With all rows taken nothing does. */
function spawn(state: AsterixState, right: boolean, gold: boolean, integer: (n: number) => number): void {
  const free = state.kind.flatMap((kind, slot) => (kind === EMPTY ? [slot] : []));
  if (free.length === 0) return;
  const slot = free[integer(free.length)]!;
  state.kind[slot] = gold ? GOLD : ENEMY;
  state.column[slot] = right ? 0 : SIDE - 1;
  state.movesRight[slot] = right;
}

function movePlayer(state: AsterixState, action: number): void {
  if (action === LEFT) state.x = clamp(state.x - 1, 0, SIDE - 1);
  else if (action === RIGHT) state.x = clamp(state.x + 1, 0, SIDE - 1);
  else if (action === UP) state.y = clamp(state.y - 1, 1, SLOTS);
  else if (action === DOWN) state.y = clamp(state.y + 1, 1, SLOTS);
}

/** What is on the player's cell: gold is taken, an enemy ends the episode. */
function touch(state: AsterixState, slot: number): number {
  const kind = state.kind[slot]!;
  if (kind === EMPTY || state.y !== slot + 1 || state.x !== state.column[slot]) return 0;
  if (kind === ENEMY) {
    state.over = true;
    return 0;
  }
  state.kind[slot] = EMPTY;
  return 1;
}

function advance(state: AsterixState, slot: number): number {
  if (state.kind[slot] === EMPTY) return 0;
  const column = state.column[slot]! + (state.movesRight[slot] ? 1 : -1);
  state.column[slot] = column;
  if (inside(column)) return touch(state, slot);
  state.kind[slot] = EMPTY;
  return 0;
}

/** Every 102nd step spawning becomes faster, and at every other time movement too. */
function ramp(state: AsterixState): void {
  if (state.spawnSpeed <= 1 && state.moveSpeed <= 1) return;
  if (state.rampTimer >= 0) {
    state.rampTimer--;
    return;
  }
  if (state.moveSpeed > 1 && state.rampIndex % 2 === 1) state.moveSpeed--;
  if (state.spawnSpeed > 1) state.spawnSpeed--;
  state.rampIndex++;
  state.rampTimer = RAMP_STEPS;
}
