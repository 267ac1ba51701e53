import type { RandomSource } from "../environment.ts";
import { DOWN, type Game, SIDE, UP } from "./game.ts";

const CARS = 8;
/** The chicken's column and the row that it starts from. */
const COLUMN = 4;
const START_ROW = SIDE - 1;
const MOVE_STEPS = 3;
const EPISODE_STEPS = 2500;
const CHANNELS = 7;

export interface FreewayState {
  over: boolean;
  y: number;
  moveTimer: number;
  countdown: number;
  /** Of the car on row car + 1: its column, its steps until it moves, its speed with the direction as sign. */
  column: number[];
  timer: number[];
  speed: number[];
}

/** A chicken crosses eight lanes; each crossing is worth 1, a car puts it back, and after 2,501 steps the episode ends. */
export const freeway: Game<FreewayState> = {
  name: "freeway",
  channels: ["chicken", "car", "speed1", "speed2", "speed3", "speed4", "speed5"],
  minimalActions: [0, UP, DOWN],

  start(random) {
    const speed = drawSpeeds(random);
    return {
      over: false,
      y: START_ROW,
      moveTimer: MOVE_STEPS,
      countdown: EPISODE_STEPS,
      column: Array.from({ length: CARS }, () => 0),
      timer: speed.map(Math.abs),
      speed,
    };
  },

  step(state, action, random) {
    if (state.moveTimer === 0 && (action === UP || action === DOWN)) {
      state.moveTimer = MOVE_STEPS;
      state.y = action === UP ? Math.max(0, state.y - 1) : Math.min(START_ROW, state.y + 1);
    }
    let reward = 0;
    if (state.y === 0) {
      reward = 1;
      state.speed = drawSpeeds(random);
      state.timer = state.speed.map(Math.abs);
      state.y = START_ROW;
    }
    for (let car = 0; car < CARS; car++) drive(state, car);
    if (state.moveTimer > 0) state.moveTimer--;
    state.countdown--;
    if (state.countdown < 0) state.over = true;
    return reward;
  },

  paint(state, out, offset) {
    out[offset + (state.y * SIDE + COLUMN) * CHANNELS] = 1;
    for (let car = 0; car < CARS; car++) {
      const row = offset + (car + 1) * SIDE * CHANNELS;
      const column = state.column[car]!;
      const speed = state.speed[car]!;
      out[row + column * CHANNELS + 1] = 1;
      out[row + ahead(column, -speed) * CHANNELS + 1 + Math.abs(speed)] = 1;
    }
  },
};

/** The next column in the direction of the speed's sign; the board wraps around. */
const ahead = (column: number, speed: number): number => (column + Math.sign(speed) + SIDE) % SIDE;

function drive(state: FreewayState, car: number): void {
  const lane = car + 1;
  if (state.y === lane && state.column[car] === COLUMN) state.y = START_ROW;
  if (state.timer[car]! > 0) {
    state.timer[car]!--;
    return;
  }
  const speed = state.speed[car]!;
  state.timer[car] = Math.abs(speed);
  state.column[car] = ahead(state.column[car]!, speed);
  if (state.y === lane && state.column[car] === COLUMN) state.y = START_ROW;
}

/** Eight speeds from 1 to 5, then eight directions. */
function drawSpeeds(random: RandomSource): number[] {
  const speeds = Array.from({ length: CARS }, () => 1 + random.integer(5));
  return speeds.map((speed) => speed * Math.sign(random.uniform() - 0.5));
}
