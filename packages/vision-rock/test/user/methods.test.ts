import { expect, it } from "vitest";
import { preload } from "../../src/batch/compact-sample.ts";
import { METHODS, methodNamed } from "../../src/method/methods.ts";
import { trainDetector } from "../../src/train/train.ts";
import { tiny, tinyRooms } from "./tiny.ts";

const rooms = tinyRooms({ width: 32, height: 24, count: 4 });
const samples = await preload(rooms);

// One of each kind: the others differ in what they make of the same losses and gradients, which core tests.
it.each(["single-task", "uncertainty", "pcgrad"])(
  "%s trains a detector with its auxiliaries",
  async (name) => {
    const trained = await trainDetector({
      train: samples,
      validation: samples,
      classes: rooms.classes,
      scenes: rooms.scenes,
      configuration: tiny({
        width: 32,
        height: 24,
        block: { tasks: ["depth"] },
        auxiliaries: ["depth"],
        iterations: 1,
        looks: 1,
        batchSize: 2,
      }),
      method: methodNamed(name),
      seed: 0,
      threads: 1,
    });
    const [look] = trained.history;
    expect(look!.losses["detection"]).toBeGreaterThan(0);
    expect(look!.weights["detection"]).toBeGreaterThan(0);
    expect(look!.weights["depth"]! > 0).toBe(name !== "single-task");
    await trained.dispose();
  },
);

it("every method can be made, and is described", () => {
  for (const [name, { describe }] of Object.entries(METHODS)) {
    expect(methodNamed(name).name).toBeTypeOf("string");
    expect(describe.length).toBeGreaterThan(10);
  }
});

it("another name is refused, with those that there are", () => {
  expect(() => methodNamed("best")).toThrow(/There is no method "best"; choose one of uniform, single-task,/);
  expect(() => methodNamed("toString")).toThrow(expect.objectContaining({ code: "bad-option" }));
});
