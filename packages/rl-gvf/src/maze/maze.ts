import { Random } from "@outrigger/core/random";
import { fromRules, type Saved } from "../environment/from-rules.ts";
import type { Environment, RandomSource } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import { renderView } from "./render.ts";
import { HEADINGS, type MazeState, type MazeTaskName, mazeTasks } from "./tasks.ts";

export interface MazeOptions {
  readonly random: RandomSource;
  readonly task: MazeTaskName;
  /** Width and height of the observation in pixels. Default 96 × 72, as in the paper's DeepMind Lab experiments. */
  readonly width?: number;
  readonly height?: number;
  /** How many different levels there are; each episode draws one. Default 1000, as in those experiments. */
  readonly levels?: number;
}

/** Cells a step, and how near the agent's middle comes to a wall. */
const STRIDE = 0.2;
const RADIUS = 0.2;

/** By action: steps forward, steps to the right, turns to the right. */
const MOVES: readonly (readonly [string, number, number, number])[] = [
  ["forward", 1, 0, 0],
  ["backward", -1, 0, 0],
  ["strafe left", 0, -1, 0],
  ["strafe right", 0, 1, 0],
  ["look left", 0, 0, -1],
  ["look right", 0, 0, 1],
  ["look left and forward", 1, 0, -1],
  ["look right and forward", 1, 0, 1],
  ["fire", 0, 0, 0],
];

/**
 * A maze seen in the first person: RGB images of textured walls and of objects, drawn by casting one ray a column; nine actions, which
 * turn by 20 degrees and move by a fifth of a cell; `fire` does nothing. See `mazeTasks` for the tasks. Episodes end by their time limit,
 * which is a truncation.
 *
 * Draws the level from 0 … levels - 1 at every reset; level and task fix the walls and where the objects are, the start is random.
 * A frame of 96 × 72 takes about 50 µs.
 *
 * @throws RlGvfError `bad-option` for an unknown task, or if levels, width or height is not a positive whole number.
 */
export function maze({
  random,
  task: name,
  width = 96,
  height = 72,
  levels = 1000,
}: MazeOptions): Environment<Saved<MazeState>> {
  for (const [option, value] of Object.entries({ width, height, levels })) {
    if (Number.isInteger(value) && value >= 1 && value <= 0xffff) continue;
    throw new RlGvfError("bad-option", `A maze's ${option} is a whole number from 1 to 65535, not ${value}.`);
  }
  if (!Object.hasOwn(mazeTasks, name)) {
    throw new RlGvfError("bad-option", `The tasks are ${Object.keys(mazeTasks).join(", ")}, not ${name}.`);
  }
  const task = mazeTasks[name];
  return fromRules<MazeState>(
    {
      name: `maze/${name}`,
      observation: {
        shape: [height, width, 3],
        dtype: "uint8",
        low: 0,
        high: 255,
        channels: ["red", "green", "blue"],
      },
      actions: MOVES.map(([action]) => action),
      start(source) {
        const level = Random.seeded(source.integer(levels), `maze/${name}`);
        const { size, walls } = task.layout(level);
        const objects = task.place({ size, walls }, level);
        const state = {
          size,
          walls: [...walls],
          objects,
          filled: [...objects],
          x: 0,
          y: 0,
          heading: 0,
          steps: 0,
        };
        task.start(state, source);
        return state;
      },
      step(state, action, source) {
        const [, forward, right, turn] = MOVES[action]!;
        state.heading = (state.heading + turn + HEADINGS) % HEADINGS;
        if (forward !== 0 || right !== 0) walk(state, forward, right);
        const here = Math.floor(state.y) * state.size + Math.floor(state.x);
        const found = state.objects.findIndex(({ cell }) => cell === here);
        let reward = 0;
        if (found >= 0) {
          const [object] = state.objects.splice(found, 1);
          reward = object!.reward;
          task.taken(state, object!, source);
        }
        state.steps++;
        return { reward, terminated: false, truncated: state.steps >= task.limit };
      },
      paint: (state, out, offset) => renderView(state, { width, height }, out, offset),
    },
    random,
  );
}

/** Moves along the two axes one after the other, so that the agent slides along walls. */
function walk(state: MazeState, forward: number, right: number): void {
  const angle = (2 * Math.PI * state.heading) / HEADINGS;
  const dx = STRIDE * (forward * Math.cos(angle) - right * Math.sin(angle));
  const dy = STRIDE * (forward * Math.sin(angle) + right * Math.cos(angle));
  if (isFree(state, state.x + dx, state.y)) state.x += dx;
  if (isFree(state, state.x, state.y + dy)) state.y += dy;
}

/** Whether the square of the agent's radius around a place is free of walls. */
function isFree({ walls, size }: MazeState, x: number, y: number): boolean {
  for (const cornerY of [y - RADIUS, y + RADIUS]) {
    for (const cornerX of [x - RADIUS, x + RADIUS]) {
      if (walls[Math.floor(cornerY) * size + Math.floor(cornerX)] !== 0) return false;
    }
  }
  return true;
}
