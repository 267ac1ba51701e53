import { textTable } from "@outrigger/core/command/text-table";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLengths, usualLengths } from "../src/command/lengths.ts";
import { trainingProgress } from "../src/command/progress.ts";

describe("lengths", () => {
  it("are read as lists, and as lists with dots", () => {
    expect(parseLengths("5,10,20")).toEqual([5, 10, 20]);
    expect(parseLengths("2, 5,10,…,25,40")).toEqual([2, 5, 10, 15, 20, 25, 40]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 2, max: 30 }),
        (first, step, count) => {
          const all = Array.from({ length: count + 1 }, (_, i) => first + i * step);
          expect(parseLengths(`${all[0]},${all[1]},...,${all.at(-1)}`)).toEqual(all);
          expect(parseLengths(all.join())).toEqual(all);
        },
      ),
    );
  });

  it.each(["", "5,5", "10,5", "5,...,50", "5,10,...,52", "5,10,...", "a", "5,,6", "0,5", "1.5"])(
    "refuse %j",
    (text) => {
      expect(() => parseLengths(text)).toThrow(expect.objectContaining({ code: "bad-option" }));
    },
  );

  it("of a table go from below the training length to the longest", () => {
    expect(usualLengths(10, 50, 1)).toEqual([5, 10, 15, 20, 30, 40, 50]);
    expect(usualLengths(3, 8, 3)).toEqual([3, 5, 6, 8]);
  });
});

it("a table stands numbers at the right and words at the left", () => {
  expect(
    textTable(
      ["n", "what"],
      [
        ["5", "a"],
        ["50", "bcd"],
      ],
    ),
  ).toBe(" n  what\n 5  a\n50  bcd");
});

describe("progress", () => {
  const told = (isTTY: boolean): string[] => {
    const written: string[] = [];
    let time = 0;
    const tell = trainingProgress({ isTTY, columns: 90, write: (text) => written.push(text) }, () => time);
    tell({ kind: "start", epochs: 1, steps: 200, parameters: 9, resumedAt: 100 });
    for (let done = 101; done <= 200; done++) {
      time += 250;
      // Every other step is of an auxiliary alone.
      tell({ kind: "step", epoch: 0, epochs: 1, done, steps: 200, loss: done % 2 ? 0.5 : 0 });
    }
    tell({ kind: "end", stopped: "epochs", best: null });
    return written;
  };

  it("names loss, steps a second and time left, in plain lines where nothing can be redrawn", () => {
    const lines = told(false);
    expect(lines[0]).toBe("continued after step 100\n");
    expect(lines).toHaveLength(11);
    expect(lines[1]).toBe("step 110/200, loss 0.500, 4.00 steps/s, 23 s left\n");
    expect(lines.at(-1)).toBe("step 200/200, loss 0.500, 4.00 steps/s\n");
    expect(lines.join("")).not.toContain("\u001b");
  });

  it("redraws one line on a terminal, no longer than it is wide", () => {
    const lines = told(true);
    const bar = `${"█".repeat(18)}${"░".repeat(6)}`;
    expect(lines[50]).toBe(`\r\u001b[K${bar} 75 %, step 150/200, loss 0.500, 4.00 steps/s, 13 s left`);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(94);
    expect(lines.at(-1)).toBe("\n");
  });
});
