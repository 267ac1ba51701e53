import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trace } from "../../src/command/trace.ts";
import { tracedText } from "../../src/command/trace-text.ts";
import { command, temporary, tiny, trained, untrained } from "./tiny.ts";

const folder = temporary();
const setting = { samples: 16, testSeed: 0, threads: 1, progress: () => undefined };

describe("trace", () => {
  it("reads what train wrote: follows the first wrong output, and measures restrictions beside whole contexts", async () => {
    const model = join(folder, "reverse");
    await trained(tiny({ steps: 120 }), model);
    const html = join(folder, "trace.html");
    const { code, out, err } = await command(
      "trace",
      model,
      "--length",
      "6",
      "--samples",
      "16",
      "--threads",
      "1",
      "--html",
      html,
    );
    expect([code, err]).toEqual([0, `wrote ${html}\n`]);
    const traced = await trace(model, { ...setting, length: 6 });
    expect(out).toBe(`${tracedText(traced)}\n`);
    expect(readFileSync(html, "utf8")).toContain("Where attention goes astray: reverse");
    const { sequence, bound, right } = traced;
    expect(sequence.wrong).toBe(right < 16);
    if (sequence.wrong) expect(sequence.said).not.toBe(sequence.expected);
    expect(sequence.expected).toBe(sequence.tokens[sequence.query + 1]);
    // [task] and six inputs, then the separator.
    expect(sequence.separator).toBe(7);
    for (const heads of sequence.weights)
      for (const map of heads) for (const row of map) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    expect(bound).toMatchObject({ kept: 8, support: 5 });
    expect(bound!.heads).toHaveLength(4);
  });

  it("of a task whose answer takes every token says why no length is predicted", async () => {
    const model = join(folder, "parity");
    untrained(tiny({ task: "parity-check", symbols: undefined, auxiliary: [] }), model);
    const traced = await trace(model, setting);
    expect(traced.bound).toBeUndefined();
    expect(tracedText(traced)).toContain("No lengths are predicted. Every bit changes the answer");
  });

  it("of sequences as short as those of training says to take longer ones", async () => {
    const model = join(folder, "short");
    untrained(tiny(), model);
    const traced = await trace(model, { ...setting, length: 3 });
    expect(traced.noBound).toMatch(/take longer sequences/);
  });
});
