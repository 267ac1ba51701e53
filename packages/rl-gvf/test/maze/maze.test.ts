import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floorCells, type Layout, mazeLayout } from "../../src/maze/layout.ts";
import { maze } from "../../src/maze/maze.ts";
import { renderView, type View } from "../../src/maze/render.ts";
import { DOOR, HEADINGS, type MazeState, type MazeTaskName } from "../../src/maze/tasks.ts";

const seeded = (seed = 1) => Random.seeded(seed, "game");
const made = (task: MazeTaskName, seed = 1) => maze({ random: seeded(seed), task, width: 8, height: 6 });

/** All cells that can be reached from one. */
function reachable({ size, walls }: Layout, start: number): Set<number> {
  const seen = new Set([start]);
  for (const cell of seen) {
    for (const next of [cell - 1, cell + 1, cell - size, cell + size]) if (walls[next] === 0) seen.add(next);
  }
  return seen;
}

const cellOf = ({ size, x, y }: MazeState): number => Math.floor(y) * size + Math.floor(x);

describe("layouts", () => {
  it("every floor cell can be reached, and the border is closed", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 2, max: 10 }),
        fc.integer({ min: 0, max: 9 }),
        (seed, half, rooms) => {
          const size = 2 * half + 1;
          const layout = mazeLayout({ size, rooms, roomSides: [3] }, Random.seeded(seed, "maze"));
          const floor = floorCells(layout);
          expect(reachable(layout, floor[0]!).size).toBe(floor.length);
          for (const cell of floor) {
            for (const place of [cell % size, Math.floor(cell / size)]) {
              expect(place).toBeGreaterThan(0);
              expect(place).toBeLessThan(size - 1);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("movement", () => {
  it("the agent is never inside a wall, and turns come around", () => {
    const environment = made("goal-large");
    const policy = Random.seeded(2, "policy");
    for (let t = 0; t < 1500; t++) {
      environment.step(policy.integer(8));
      const { state } = environment.save();
      expect(state.walls[cellOf(state)]).toBe(0);
    }
    const before = environment.save().state;
    for (let turn = 0; turn < HEADINGS; turn++) environment.step(5);
    expect(environment.save().state).toMatchObject({ x: before.x, y: before.y, heading: before.heading });
  });

  it("backward undoes forward, and strafing left undoes strafing right, where nothing is in the way", () => {
    const environment = made("objects-few");
    const saved = environment.save();
    environment.load({ ...saved, state: { ...saved.state, x: 6.5, y: 6.5, heading: 4, objects: [] } });
    for (const [there, back] of [
      [0, 1],
      [3, 2],
    ] as const) {
      environment.step(there);
      const { x, y } = environment.save().state;
      expect(Math.hypot(x - 6.5, y - 6.5)).toBeCloseTo(0.2, 12);
      environment.step(back);
      const { state } = environment.save();
      expect([state.x, state.y].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([6.5, 6.5]);
    }
  });

  it("fire does nothing but pass the time", () => {
    const environment = made("apples-small");
    const { state } = environment.save();
    environment.step(8);
    expect(environment.save().state).toEqual({ ...state, steps: state.steps + 1 });
  });
});

describe("tasks", () => {
  /** Puts the agent beside an object and lets it walk onto it. */
  function take(environment: ReturnType<typeof made>, index: number) {
    const saved = environment.save();
    const object = saved.state.objects[index]!;
    const { size } = saved.state;
    const [x, y] = [(object.cell % size) + 0.5, Math.floor(object.cell / size) + 0.5];
    environment.load({ ...saved, state: { ...saved.state, x, y } });
    return { object, ...environment.step(8), state: environment.save().state };
  }

  it("goal: 10, a start elsewhere, the same goal", () => {
    const environment = made("goal-small");
    const { object, reward, terminated, state } = take(environment, 0);
    expect([reward, terminated]).toEqual([10, false]);
    expect(state.objects).toEqual([object]);
    expect(cellOf(state)).not.toBe(object.cell);
  });

  it("apples: 1 each, and all come back after the last", () => {
    const environment = made("apples-small");
    const { filled } = environment.save().state;
    expect(filled.length).toBeGreaterThan(10);
    for (let left = filled.length - 1; left > 0; left--) {
      const { reward, state } = take(environment, 0);
      expect(reward).toBe(1);
      expect(state.objects).toHaveLength(left);
    }
    const last = take(environment, 0);
    expect([last.reward, last.state.objects]).toEqual([1, filled]);
  });

  it("obstructed: doors change at every start and never bar the way to the goal", () => {
    const environment = made("obstructed-large");
    const doors = new Set<string>();
    for (let i = 0; i < 30; i++) {
      const { state } = take(environment, 0);
      const closed = state.walls.flatMap((wall, cell) => (wall === DOOR ? [cell] : []));
      expect(closed.length).toBeGreaterThan(3);
      expect(reachable(state, cellOf(state)).has(state.objects[0]!.cell)).toBe(true);
      doors.add(closed.join());
    }
    expect(doors.size).toBeGreaterThan(20);
  });

  it.each([
    ["objects-few", 4],
    ["objects-many", 8],
  ] as const)(
    "%s: %s looks, 2 for the good ones, -1 for the others, anew when the good ones are gone",
    (task, looks) => {
      const environment = made(task);
      const { objects } = environment.save().state;
      expect(new Set(objects.map(({ look }) => look)).size).toBe(looks);
      const bad = take(environment, 1);
      expect([bad.object.reward, bad.reward]).toEqual([-1, -1]);
      let taken = 0;
      for (;;) {
        const { state } = environment.save();
        const good = state.objects.findIndex(({ reward }) => reward > 0);
        const got = take(environment, good);
        taken++;
        expect(got.reward).toBe(2);
        if (got.state.objects.length > state.objects.length) break;
      }
      expect(taken).toBe((3 * looks) / 2);
      expect(environment.save().state.objects).toHaveLength(3 * looks);
    },
  );

  it("episodes are truncated after 1,350 or 1,800 steps, never terminated", () => {
    for (const [task, limit] of [
      ["goal-small", 1350],
      ["objects-many", 1800],
    ] as const) {
      const environment = made(task);
      for (let t = 1; t < limit; t++) expect(environment.step(8).truncated).toBe(false);
      expect(environment.step(8)).toEqual({ reward: 0, terminated: false, truncated: true });
    }
  });

  it("there are as many different levels as asked for", () => {
    const environment = maze({ random: seeded(), task: "goal-small", width: 1, height: 1, levels: 3 });
    const walls = Array.from({ length: 40 }, () => {
      environment.reset();
      return environment.save().state.walls.join();
    });
    expect(new Set(walls).size).toBe(3);
  });

  it("refuses tasks and sizes that do not exist", () => {
    const random = seeded();
    expect(() => maze({ random, task: "lasertag" as MazeTaskName })).toThrow(
      /tasks are goal-small.*not lasertag/,
    );
    expect(() => maze({ random, task: "goal-small", width: 0 })).toThrow(/width is a whole number.*not 0/);
  });
});

describe("the view", () => {
  const frame = { width: 40, height: 30 };
  const walls = Array.from({ length: 81 }, (_, cell) =>
    [0, 8].includes(cell % 9) || [0, 8].includes(Math.floor(cell / 9)) ? 1 : 0,
  );
  const room: View = { size: 9, walls, objects: [], x: 4.5, y: 4.5, heading: 0 };
  const seen = (view: View, { width, height } = frame): Uint8Array => {
    const pixels = new Uint8Array(3 * width * height);
    renderView(view, { width, height }, pixels, 0);
    return pixels;
  };
  const pixel = (pixels: Uint8Array, column: number, row: number) =>
    [...pixels.subarray(3 * (row * frame.width + column), 3 * (row * frame.width + column) + 3)].join();
  /** How many rows of the middle column the wall takes. */
  const wallRows = (view: View): number => {
    const pixels = seen(view);
    const [ceiling, floor] = [pixel(pixels, 20, 0), pixel(pixels, 20, 29)];
    return Array.from({ length: 30 }, (_, row) => pixel(pixels, 20, row)).filter(
      (color) => color !== ceiling && color !== floor,
    ).length;
  };

  it("a wall at distance d takes width / 2d rows: the field of view is 90 degrees", () => {
    for (const x of [1.5, 3.5, 5.5, 6.5]) {
      expect(Math.abs(wallRows({ ...room, x }) - Math.min(30, 20 / (8 - x)))).toBeLessThanOrEqual(1);
    }
  });

  it("an object is seen in front, not behind the agent, not behind a wall", () => {
    const object = { cell: 4 * 9 + 6, look: 1, reward: 1 };
    const red = (view: View) =>
      seen({ ...view, objects: [object] }).some(
        (_, i, all) => i % 3 === 0 && all[i] === 220 && all[i + 1] === 40,
      );
    expect(red(room)).toBe(true);
    expect(red({ ...room, heading: 9 })).toBe(false);
    const between = walls.map((wall, cell) => (cell % 9 === 5 ? 2 : wall));
    expect(red({ ...room, walls: between })).toBe(false);
  });

  it("turning right moves what is seen to the left", () => {
    const object = { cell: 4 * 9 + 6, look: 1, reward: 1 };
    const middle = (heading: number): number => {
      const pixels = seen({ ...room, heading, objects: [object] });
      const columns = Array.from({ length: 40 * 30 }, (_, i) => i)
        .filter((i) => pixels[3 * i] === 220 && pixels[3 * i + 1] === 40)
        .map((i) => i % 40);
      return columns.reduce((a, b) => a + b) / columns.length;
    };
    expect(middle(1)).toBeLessThan(middle(0));
    expect(middle(HEADINGS - 1)).toBeGreaterThan(middle(0));
  });

  it("every pixel is written, from every place and direction", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.01, max: 7.99, noNaN: true }),
        fc.double({ min: 1.01, max: 7.99, noNaN: true }),
        fc.integer({ min: 0, max: HEADINGS - 1 }),
        (x, y, heading) => {
          const pixels = new Float32Array(3 * 40 * 30).fill(-1);
          renderView({ ...room, x, y, heading }, frame, pixels, 0);
          expect(pixels.every((value) => value >= 0 && value <= 255)).toBe(true);
        },
      ),
    );
  });
});
