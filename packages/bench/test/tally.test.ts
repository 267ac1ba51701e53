import { describe, expect, it } from "vitest";
import { Tally } from "../src/command/tally.ts";
import { toyRow } from "./rows.ts";

describe("Tally", () => {
  it("tells how many trials are done, running, failed and finished before, and the time left", () => {
    let now = 0;
    const tally = new Tally(() => now);
    tally.total = 8;
    expect(tally.bar()).toBe(`${"░".repeat(24)} 0/8 trials`);
    tally.end(toyRow(), true);
    tally.start();
    tally.start();
    expect(tally.bar()).toBe(`███${"░".repeat(21)} 1/8 trials · 2 running · 1 finished before`);
    now = 10_000;
    tally.end(toyRow({ status: "failed" }), false);
    // One trial in ten seconds, and six to go.
    expect(tally.bar()).toBe(
      `██████${"░".repeat(18)} 2/8 trials · 1 running · 1 failed · 1 finished before · about 60 s left`,
    );
    tally.total = 40;
    expect(tally.left()).toBe("about 6 min left");
    tally.total = 2;
    expect(tally.left()).toBe("");
  });
});
