import { describe, expect, it } from "vitest";
import { callRoll } from "../src/run/queue/roll.ts";

describe("callRoll", () => {
  it("drops who has not answered five times in a row, once, and takes back who answers again", () => {
    const roll = callRoll();
    expect([roll.present("a"), roll.present("b"), roll.present("a")]).toEqual([true, true, false]);
    for (let round = 0; round < 4; round++) {
      expect(roll.asked()).toEqual([]);
      roll.present("b");
    }
    expect(roll.asked()).toEqual(["a"]);
    expect(roll.size).toBe(1);
    expect(roll.asked()).toEqual([]);
    expect(roll.present("a")).toBe(true);
    expect(roll.size).toBe(2);
  });

  it("drops at once who says that it ends", () => {
    const roll = callRoll();
    roll.present("a");
    expect([roll.left("a"), roll.left("a"), roll.size]).toEqual([true, false, 0]);
  });
});
