import type { FitEvent } from "@outrigger/core/train/callback/event";
import { expect, it } from "vitest";
import { trainingProgress } from "../../src/cli/progress.ts";

const zero = { losses: {}, weights: {}, cosines: {}, skipped: 0, dropped: {}, validation: {} };
const best = { epoch: 0, value: 0.5 };

/** A training of two models with one epoch each, of which the second was trained before. */
const events: readonly FitEvent[][] = [
  [
    { kind: "start", epochs: 1, steps: 1, parameters: 1, resumedAt: 0 },
    { kind: "step", epoch: 0, epochs: 1, done: 1, steps: 1, loss: 1 },
    { kind: "epoch", epochs: 1, record: { ...zero, epoch: 0, step: 1 }, metric: "rmse", value: 0.5, best },
    { kind: "end", stopped: "epochs", best },
  ],
  [
    { kind: "start", epochs: 1, steps: 1, parameters: 1, resumedAt: 1 },
    { kind: "end", stopped: "epochs", best },
  ],
];

const stage = { name: "train", stage: 1, stages: 1 };

function shown(isTTY: boolean): { said: string[]; written: string } {
  const [said, written]: [string[], string[]] = [[], []];
  const listen = trainingProgress((text) => said.push(text), {
    isTTY,
    columns: 100,
    write: (text) => written.push(text),
  });
  listen({ kind: "said", text: "500 molecules" });
  listen({ kind: "features", what: "descriptors", done: 3, total: 9 });
  for (const [m, each] of events.entries())
    for (const event of each) listen({ kind: "fit", member: m + 1, members: 2, stage, event });
  return { said, written: written.join("") };
}

it("is a line a model where output is no terminal", () => {
  expect(shown(false)).toEqual({
    said: ["500 molecules"],
    written:
      "model 1 of 2: 1 epochs, best on validation in epoch 1: rmse 0.500\nmodel 2 of 2: was trained before, best on validation in epoch 1\n",
  });
});

it("is a bar besides on a terminal, which says of which model, and is gone at the end", () => {
  const { written } = shown(true);
  expect(written).toContain("descriptors: 3 of 9");
  expect(written).toContain(`\r\u001b[Kmodel 1 of 2 ${"█".repeat(24)} 100 %, epoch 1/1`);
  expect(written).toContain("\r\u001b[Kmodel 1 of 2: 1 epochs");
});

it("names the stages of a method that has several", () => {
  const written: string[] = [];
  const listen = trainingProgress(() => undefined, { write: (text) => written.push(text) });
  for (const [s, name] of ["pre-train", "fine-tune"].entries())
    for (const event of events[0]!)
      listen({ kind: "fit", member: 1, members: 1, stage: { name, stage: s + 1, stages: 2 }, event });
  expect(written).toEqual([
    "pre-train: 1 epochs, best on validation in epoch 1: rmse 0.500\n",
    "fine-tune: 1 epochs, best on validation in epoch 1: rmse 0.500\n",
  ]);
});
