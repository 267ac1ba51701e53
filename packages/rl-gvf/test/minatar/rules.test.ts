import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { minatar } from "../../src/minatar/game.ts";
import { minatarGames } from "../../src/minatar/games.ts";

const [NOOP, LEFT, UP, RIGHT, DOWN, FIRE] = [0, 1, 2, 3, 4, 5] as const;
const seeded = (seed = 1) => Random.seeded(seed, "game");

/** Takes actions until the episode ends, at most `limit`; returns how many it took. */
function play(
  environment: { step(action: number): { terminated: boolean } },
  act: (t: number) => number,
  limit = 5000,
) {
  for (let t = 0; t < limit; t++) if (environment.step(act(t)).terminated) return t + 1;
  return limit;
}

describe("asterix", () => {
  it("something enters every 10 steps from the 11th on and moves every 5 steps from the 6th on", () => {
    const environment = minatar(minatarGames.asterix, { random: seeded(), ramping: false });
    const running = () => environment.save().state.kind.filter((kind) => kind > 0).length;
    for (let t = 1; t <= 10; t++) environment.step(NOOP);
    expect(running()).toBe(0);
    environment.step(NOOP);
    expect(running()).toBe(1);
    const slot = environment.save().state.kind.findIndex((kind) => kind > 0);
    const column = () => environment.save().state.column[slot]!;
    // The move timer runs out on steps 6, 11, 16: the entity made in step 11 moved in that step.
    const start = column();
    expect([1, 8]).toContain(start);
    for (let t = 12; t <= 15; t++) environment.step(NOOP);
    expect(column()).toBe(start);
    environment.step(NOOP);
    expect(Math.abs(column() - start)).toBe(1);
  });

  it("the player never leaves rows 1 to 8", () => {
    const environment = minatar(minatarGames.asterix, { random: seeded() });
    for (let t = 0; t < 9; t++) environment.step(UP);
    expect(environment.save().state.y).toBe(1);
    environment.reset();
    for (let t = 0; t < 9; t++) environment.step(DOWN);
    expect(environment.save().state.y).toBe(8);
  });

  it("gold is worth 1 and an enemy ends the episode, by the player's move as by theirs", () => {
    const environment = minatar(minatarGames.asterix, { random: seeded() });
    const saved = environment.save();
    const meet = (kind: number, column: number, moveTimer: number, action: number) => {
      const state = structuredClone(saved.state);
      state.kind[4] = kind;
      state.column[4] = column;
      state.movesRight[4] = true;
      environment.load({ ...saved, state: { ...state, moveTimer } });
      return environment.step(action);
    };
    expect(meet(2, 4, 3, LEFT)).toMatchObject({ reward: 1, terminated: false });
    expect(meet(1, 4, 3, LEFT)).toMatchObject({ reward: 0, terminated: true });
    expect(meet(2, 4, 0, NOOP)).toMatchObject({ reward: 1, terminated: false });
    expect(meet(1, 4, 0, NOOP)).toMatchObject({ reward: 0, terminated: true });
    expect(meet(1, 3, 0, NOOP)).toMatchObject({ reward: 0, terminated: false });
  });

  it("ramps every 102 steps, and not at all without ramping", () => {
    const indices = [true, false].map((ramping) => {
      const environment = minatar(minatarGames.asterix, { random: seeded(), ramping });
      return Array.from({ length: 306 }, () => {
        environment.step(NOOP);
        const saved = environment.save();
        // Kept alive: what ended the episode is undone.
        environment.load({ ...saved, terminated: false, state: { ...saved.state, over: false } });
        return saved.state.rampIndex;
      });
    });
    expect([100, 101, 203, 305].map((t) => indices[0]![t])).toEqual([0, 1, 2, 3]);
    expect(new Set(indices[1])).toEqual(new Set([0]));
  });
});

describe("breakout", () => {
  it("following the ball clears the wall, which is then built anew", () => {
    const environment = minatar(minatarGames.breakout, { random: seeded() });
    let total = 0;
    let rebuilt = false;
    for (let t = 0; t < 4000; t++) {
      const { ballX, paddle, bricksLeft } = environment.save().state;
      const { reward, terminated } = environment.step(ballX > paddle ? RIGHT : ballX < paddle ? LEFT : NOOP);
      const after = environment.save().state;
      expect(after.bricks.filter((brick) => brick === 1)).toHaveLength(after.bricksLeft);
      expect(terminated).toBe(false);
      if (bricksLeft === 0 && after.bricksLeft === 30) rebuilt = true;
      total += reward;
    }
    expect(rebuilt).toBe(true);
    expect(total).toBeGreaterThan(30);
  });

  it("a paddle that stays in the left corner loses the ball within 16 steps", () => {
    const environment = minatar(minatarGames.breakout, { random: seeded() });
    expect(play(environment, (t) => (t < 4 ? LEFT : NOOP))).toBeLessThanOrEqual(16);
  });
});

describe("freeway", () => {
  it("ends after 2,501 steps, whatever is done", () => {
    for (const action of [NOOP, UP]) {
      expect(play(minatar(minatarGames.freeway, { random: seeded() }), () => action)).toBe(2501);
    }
  });

  it("a car of speed v moves every v + 1 steps and comes around", () => {
    const environment = minatar(minatarGames.freeway, { random: seeded() });
    const { speed } = environment.save().state;
    const moves = speed.map(() => 0);
    let before = environment.save().state.column;
    for (let t = 0; t < 60; t++) {
      environment.step(NOOP);
      const { column } = environment.save().state;
      for (const [car, x] of column.entries()) if (x !== before[car]) moves[car]!++;
      before = column;
    }
    expect(moves).toEqual(speed.map((v) => 60 / (Math.abs(v) + 1)).map(Math.floor));
  });
});

describe("seaquest", () => {
  it("without air the episode ends on the 201st step under water", () => {
    const environment = minatar(minatarGames.seaquest, { random: seeded() });
    const saved = environment.save();
    const calm = { spawnTimer: 1e6, diverTimer: 1e6 };
    environment.load({ ...saved, state: { ...saved.state, ...calm } });
    // Oxygen is 0 after 200 steps, and the check comes before it is used.
    expect(play(environment, () => DOWN)).toBe(201);
  });

  it("coming up without a diver ends the episode; with one it is free of charge but the diver", () => {
    const environment = minatar(minatarGames.seaquest, { random: seeded() });
    const saved = environment.save();
    const surface = (divers: number) => {
      environment.load({ ...saved, state: { ...saved.state, divers, y: 1, atSurface: false, oxygen: 120 } });
      return { ...environment.step(UP), divers: environment.save().state.divers };
    };
    expect(surface(0)).toMatchObject({ terminated: true });
    expect(surface(1)).toMatchObject({ terminated: false, reward: 0, divers: 0 });
    expect(surface(6)).toMatchObject({ terminated: false, reward: 6, divers: -1 });
  });

  it("a shot takes one fish, worth 1", () => {
    const environment = minatar(minatarGames.seaquest, { random: seeded() });
    const saved = environment.save();
    const fish = { x: 7, y: 4, right: false, moveTimer: 5 };
    const state = { ...saved.state, x: 5, y: 4, right: true, fish: [fish, { ...fish }] };
    environment.load({ ...saved, state });
    expect(environment.step(FIRE).reward).toBe(0);
    expect(environment.step(NOOP).reward).toBe(1);
    expect(environment.save().state.fish).toHaveLength(1);
  });
});

describe("space invaders", () => {
  it("standing still is lost; shooting without a pause scores; nothing is random", () => {
    const lost = (seed: number) =>
      play(minatar(minatarGames["space-invaders"], { random: seeded(seed) }), () => NOOP);
    expect(lost(1)).toBeLessThan(400);
    expect(lost(2)).toBe(lost(1));
    const environment = minatar(minatarGames["space-invaders"], { random: seeded() });
    let total = 0;
    for (let t = 0; t < 60; t++) total += environment.step(FIRE).reward;
    expect(total).toBeGreaterThan(0);
  });

  it("a cleared wave is followed by another whose slowest march is one step faster, down to 6", () => {
    const environment = minatar(minatarGames["space-invaders"], { random: seeded() });
    const saved = environment.save();
    const intervals: number[] = [];
    for (let wave = 0; wave < 9; wave++) {
      const { state } = environment.save();
      const aliens = state.aliens.map((_, y) => (y === 2 ? 1 << 3 : 0));
      const bullets = state.bullets.map((_, y) => (y === 3 ? 1 << 3 : 0));
      environment.load({ ...saved, state: { ...state, aliens, bullets, moveTimer: 9, alienShotTimer: 9 } });
      expect(environment.step(NOOP).reward).toBe(1);
      const after = environment.save().state;
      intervals.push(after.interval);
      expect(after.aliens.filter((row) => row !== 0)).toEqual([252, 252, 252, 252]);
    }
    expect(intervals).toEqual([11, 10, 9, 8, 7, 6, 6, 6, 6]);
  });
});
