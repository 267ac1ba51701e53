import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { narrowInRounds } from "../src/select/rounds.ts";

const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `c${i}`);
const number = (name: string): number => Number(name.slice(1));

describe("narrowInRounds", () => {
  it("ends with the best, in their order, whatever the sizes, if every answer is right", async () => {
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 120 }),
      most: fc.integer({ min: 1, max: 12 }),
      spare: fc.nat(20),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ n, most, spare, seed }) => {
        const chunk = 2 * most + spare;
        const asked: number[] = [];
        const best = (part: readonly string[]): Promise<string[]> => {
          asked.push(part.length);
          return Promise.resolve(part.toSorted((a, b) => number(a) - number(b)).slice(0, most));
        };
        const ranked = await narrowInRounds(names(n), Random.seeded(seed, "t"), best, {
          rounds: 2,
          chunk,
          most,
        });
        expect(Math.max(...asked)).toBeLessThanOrEqual(chunk);
        expect(ranked).toEqual(names(Math.min(n, most)).map((name) => ({ name, votes: 2 })));
      }),
    );
  });

  it("ends with whatever answers, and never counts more than `most` a round", async () => {
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 80 }),
      most: fc.integer({ min: 1, max: 6 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ n, most, seed }) => {
        const moods = Random.seeded(seed, "moods");
        const some = (part: readonly string[]): Promise<string[]> =>
          Promise.resolve(part.slice(0, Math.min(most, moods.integer(part.length + 1))));
        const ranked = await narrowInRounds(names(n), Random.seeded(seed, "t"), some, {
          rounds: 3,
          chunk: 2 * most,
          most,
        });
        expect(ranked.reduce((sum, { votes }) => sum + votes, 0)).toBeLessThanOrEqual(3 * most);
        expect(ranked.every(({ votes }, i) => votes <= 3 && votes <= (ranked[i - 1]?.votes ?? 3))).toBe(true);
      }),
    );
  });

  it("ranks equal votes by their mean place", async () => {
    const answers = [
      ["b", "a", "c"],
      ["b", "c", "a"],
      ["c", "b"],
    ];
    const answer = (): Promise<string[]> => Promise.resolve(answers.shift()!);
    const ranked = await narrowInRounds(["a", "b", "c"], Random.seeded(0, "t"), answer, {
      rounds: 3,
      chunk: 10,
      most: 5,
    });
    // b: places 0, 0, 1; c: 2, 1, 0; a: 1, 2.
    expect(ranked).toEqual([
      { name: "b", votes: 3 },
      { name: "c", votes: 3 },
      { name: "a", votes: 2 },
    ]);
  });
});
