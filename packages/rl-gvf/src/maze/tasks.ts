import type { RandomSource } from "../environment.ts";
import {
  floorCells,
  type Layout,
  type MazeShape,
  mazeLayout,
  openRoom,
  passages,
  shuffled,
} from "./layout.ts";

/** A thing that is taken by walking over it. */
export interface MazeObject {
  readonly cell: number;
  /** What it looks like. */
  readonly look: number;
  readonly reward: number;
}

export interface MazeState {
  size: number;
  walls: number[];
  objects: MazeObject[];
  /** What the objects are when they come back. */
  filled: MazeObject[];
  x: number;
  y: number;
  /** In steps of 20 degrees, clockwise from the direction of x. */
  heading: number;
  steps: number;
}

/** The rules of a task over what all mazes share. */
export interface MazeTask {
  /** Steps of an episode. */
  readonly limit: number;
  layout(random: RandomSource): Layout;
  /** The objects of an episode. */
  place(layout: Layout, random: RandomSource): MazeObject[];
  /** Puts the agent somewhere, at the start of an episode and when the task says so. */
  start(state: MazeState, random: RandomSource): void;
  /** An object has just been taken; it is no longer among the objects. */
  taken(state: MazeState, object: MazeObject, random: RandomSource): void;
}

export const GOAL_LOOK = 0;
export const APPLE_LOOK = 1;
const FIRST_CATEGORY_LOOK = 2;
/** The kind of wall that a closed door is. */
export const DOOR = 7;

const GOAL_REWARD = 10;
const SMALL = { shape: { size: 11, rooms: 4, roomSides: [3, 5] }, limit: 1350 };
const LARGE = { shape: { size: 17, rooms: 9, roomSides: [3] }, limit: 1800 };

/**
 * Tasks in the manner of DeepMind Lab's (Beattie et al., "DeepMind Lab", 2016, https://arxiv.org/abs/1612.03801), with its rewards,
 * sizes and durations at four frames a step; the levels are our own.
 *
 * - `goal`: a goal worth 10 stays where it is for the episode; who reaches it starts anew elsewhere.
 * - `apples`: apples worth 1 on half of the candidate cells; all come back when the last is eaten.
 * - `obstructed`: as `goal`, but at every start half of the doors off one random way to the goal are closed.
 * - `objects`: one room with objects of 4 (few) or 8 (many) looks, three of each; those of even looks are worth 2, the others -1; all
 *   are laid out anew when the last good one is taken.
 */
export const mazeTasks: Readonly<Record<MazeTaskName, MazeTask>> = {
  "goal-small": goalTask(SMALL),
  "goal-large": goalTask(LARGE),
  "apples-small": applesTask(SMALL),
  "apples-large": applesTask(LARGE),
  "obstructed-small": obstructedTask(SMALL),
  "obstructed-large": obstructedTask(LARGE),
  "objects-few": objectsTask(4, 1350),
  "objects-many": objectsTask(8, 1800),
};

export type MazeTaskName =
  | "goal-small"
  | "goal-large"
  | "apples-small"
  | "apples-large"
  | "obstructed-small"
  | "obstructed-large"
  | "objects-few"
  | "objects-many";

interface MazeSize {
  readonly shape: MazeShape;
  readonly limit: number;
}

/** Puts the agent into the middle of a random floor cell without an object, looking in a random direction. */
function startAnew(state: MazeState, random: RandomSource): void {
  const taken = new Set(state.objects.map(({ cell }) => cell));
  const free = floorCells(state).filter((cell) => !taken.has(cell));
  const cell = free[random.integer(free.length)]!;
  state.x = (cell % state.size) + 0.5;
  state.y = Math.floor(cell / state.size) + 0.5;
  state.heading = random.integer(HEADINGS);
}

export const HEADINGS = 18;

function goalTask({ shape, limit }: MazeSize, start = startAnew): MazeTask {
  return {
    limit,
    layout: (random) => mazeLayout(shape, random),
    // Not in a passage: doors are there.
    place: (layout, random) => {
      const cells = floorCells(layout).filter((cell) => isOdd(cell, layout.size));
      return [{ cell: cells[random.integer(cells.length)]!, look: GOAL_LOOK, reward: GOAL_REWARD }];
    },
    start,
    taken(state, goal, random) {
      state.objects = [goal];
      start(state, random);
    },
  };
}

const isOdd = (cell: number, size: number): boolean =>
  (cell % size) % 2 === 1 && Math.floor(cell / size) % 2 === 1;

function applesTask({ shape, limit }: MazeSize): MazeTask {
  return {
    limit,
    layout: (random) => mazeLayout(shape, random),
    place(layout, random) {
      const candidates = passages(layout.size).flatMap(({ cell }) =>
        layout.walls[cell] === 0 ? [cell] : [],
      );
      const chosen = shuffled(candidates, random).slice(0, Math.ceil(candidates.length / 2));
      return chosen.map((cell) => ({ cell, look: APPLE_LOOK, reward: 1 }));
    },
    start: startAnew,
    taken(state) {
      if (state.objects.length === 0) state.objects = [...state.filled];
    },
  };
}

function obstructedTask(size: MazeSize): MazeTask {
  return goalTask(size, (state, random) => {
    startAnew(state, random);
    closeDoors(state, random);
  });
}

/** Opens all doors, finds one random way to the goal, and closes half of the passages that are not on it. */
function closeDoors(state: MazeState, random: RandomSource): void {
  state.walls = state.walls.map((wall) => (wall === DOOR ? 0 : wall));
  const start = Math.floor(state.y) * state.size + Math.floor(state.x);
  const way = new Set(randomWay(state, start, state.objects[0]!.cell, random));
  const others = passages(state.size).flatMap(({ cell }) =>
    state.walls[cell] === 0 && !way.has(cell) ? [cell] : [],
  );
  for (const cell of shuffled(others, random).slice(0, others.length >> 1)) state.walls[cell] = DOOR;
}

/** The cells of a way that a depth-first search with shuffled directions finds. */
function randomWay({ size, walls }: Layout, start: number, goal: number, random: RandomSource): number[] {
  const cameFrom = new Map([[start, -1]]);
  const stack = [start];
  while (stack.length > 0) {
    const cell = stack.pop()!;
    if (cell === goal) break;
    for (const next of shuffled([cell - 1, cell + 1, cell - size, cell + size], random)) {
      if (walls[next] !== 0 || cameFrom.has(next)) continue;
      cameFrom.set(next, cell);
      stack.push(next);
    }
  }
  const way: number[] = [];
  for (let cell = goal; cell >= 0; cell = cameFrom.get(cell) ?? -1) way.push(cell);
  return way;
}

function objectsTask(categories: number, limit: number): MazeTask {
  const place = (layout: Layout, random: RandomSource): MazeObject[] => {
    const cells = shuffled(floorCells(layout), random);
    return Array.from({ length: 3 * categories }, (_, i) => ({
      cell: cells[i]!,
      look: FIRST_CATEGORY_LOOK + (i % categories),
      reward: i % 2 === 0 ? 2 : -1,
    }));
  };
  return {
    limit,
    layout: (random) => openRoom(13, random),
    place,
    start: startAnew,
    taken(state, _object, random) {
      if (state.objects.some(({ reward }) => reward > 0)) return;
      state.objects = place(state, random);
      startAnew(state, random);
    },
  };
}
