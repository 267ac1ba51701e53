import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { type RenderPool, renderPool } from "../../src/rooms/pool.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";
import { FIRST_SEED, roomSet } from "../../src/rooms/room-set.ts";
import type { Sample } from "../../src/sample.ts";

const size = { width: 32, height: 24 };
const seeds = [4, 5, 6, 7, 8, 9];
const bytes = ({ rgb, depth, normals, instances }: Sample): Buffer =>
  Buffer.concat([rgb, depth, normals, instances].map(({ buffer }) => Buffer.from(buffer)));

describe("threads", () => {
  let pool: RenderPool;
  beforeAll(async () => {
    pool = await renderPool({ workers: 2 });
  });
  afterAll(() => pool.close());

  it("run from source, and rooms are the same bytes as in this thread and with any number of threads", async () => {
    expect(pool.workers).toBe(2);
    const none = await renderPool({ workers: 0 });
    expect(none.workers).toBe(0);
    const [threaded, here] = await Promise.all(
      [pool, none].map(({ render }) => Promise.all(seeds.map((seed) => render(seed, size)))),
    );
    for (const [i, seed] of seeds.entries()) {
      const expected = renderRoom(planRoom(seed), size);
      for (const sample of [threaded![i]!, here![i]!]) {
        expect(Buffer.compare(bytes(sample), bytes(expected))).toBe(0);
        expect(sample).toMatchObject({
          id: seed,
          scene: expected.scene,
          objects: expected.objects,
          camera: expected.camera,
        });
      }
    }
  });

  it("hand errors on as what they are, and go on working", async () => {
    await expect(pool.render(1.5, size)).rejects.toMatchObject({
      name: "VisionRockError",
      code: "bad-option",
    });
    expect((await pool.render(3, size)).id).toBe(3);
  });

  it("that are gone leave their rooms to this thread", async () => {
    const doomed = await renderPool({ workers: 1 });
    const rooms = seeds.map((seed) => doomed.render(seed, size));
    await doomed.close();
    const made = await Promise.all(rooms);
    expect(made.map(({ id }) => id)).toEqual(seeds);
    expect(doomed.workers).toBe(0);
    expect((await doomed.render(3, size)).id).toBe(3);
  });

  it("a number of threads that is none is refused", async () => {
    await expect(renderPool({ workers: -1 })).rejects.toMatchObject({ code: "bad-option" });
  });
});

describe("a set of rooms", () => {
  it("has seeds of its split alone, whatever the count", async () => {
    for (const split of ["train", "validation", "test"] as const) {
      const few = roomSet({ split, count: 2, ...size });
      const many = roomSet({ split, count: 250_000, ...size });
      expect((await few.get(1)).id).toBe(FIRST_SEED[split] + 1);
      expect(bytes(await many.get(1))).toEqual(bytes(await few.get(1)));
    }
    const last = FIRST_SEED.train + 250_000 - 1;
    expect(last).toBeLessThan(FIRST_SEED.validation);
    expect(FIRST_SEED.validation + 250_000 - 1).toBeLessThan(FIRST_SEED.test);
  });

  it("renders a room once while it is kept, and lets the least recently used go", async () => {
    const asked: number[] = [];
    const pool = {
      render: async (seed: number) => {
        asked.push(seed);
        return renderRoom(planRoom(seed), size);
      },
    };
    const set = roomSet({ split: "train", count: 9, cache: 2, pool, ...size });
    const [a, b] = await Promise.all([set.get(0), set.get(0)]);
    expect(a).toBe(b);
    for (const index of [1, 0, 2, 0, 1]) await set.get(index);
    expect(asked).toEqual([1, 2, 3, 2]);
  });

  it("forgets a room that failed", async () => {
    let calls = 0;
    const pool = {
      render: async (seed: number) => {
        if (calls++ === 0) throw new Error("no");
        return renderRoom(planRoom(seed), size);
      },
    };
    const set = roomSet({ split: "train", count: 1, pool, ...size });
    await expect(set.get(0)).rejects.toThrow("no");
    expect((await set.get(0)).id).toBe(1);
  });

  it("refuses what does not exist", async () => {
    const set = roomSet({ split: "test", count: 3, ...size });
    for (const index of [-1, 3, 0.5])
      await expect(set.get(index)).rejects.toMatchObject({ code: "out-of-range" });
    for (const wrong of [
      { count: 0 },
      { count: 250_001 },
      { cache: 0 },
      { width: 0 },
      { objects: [3, 1] as const },
      { split: "dev" as "test" },
    ]) {
      expect(() => roomSet({ split: "test", count: 3, ...size, ...wrong })).toThrowError(
        expect.objectContaining({ code: "bad-option" }),
      );
    }
  });
});
