import { describe, expect, it } from "vitest";
import { configuration } from "../../src/train/configuration.ts";
import { networkOf } from "../../src/train/network.ts";
import { names } from "./setup.ts";

const counts = { classes: names.classes.length, scenes: names.scenes.length };

describe("configuration", () => {
  it("is plain JSON", () => {
    const made = configuration({ block: null });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it("trains all tasks of the block, and none without a block", () => {
    expect(configuration({ block: { tasks: ["depth", "normals"] } }).auxiliaries).toEqual([
      "depth",
      "normals",
    ]);
    expect(configuration({ block: null }).auxiliaries).toEqual([]);
  });

  it.each([
    [{ width: 0 }, /width is 0; give a positive whole number/],
    [{ iterations: 3, looks: 4 }, /looks is 4; give at most the iterations, 3/],
    [{ boxed: 17 }, /boxed is 17; give a whole number from 1 to the batch size, 16/],
    [{ learningRate: Number.NaN }, /learningRate is null; give a positive number/],
    [{ warmup: 1 }, /warmup is 1/],
    [{ weights: { localization: 6, scene: -1, depth: 3, normals: 30 } }, /scene is -1/],
    [{ negatives: "none" as never }, /negatives is "none"; give mined or all or focal/],
    [{ backbone: { kind: "vgg" } as never }, /backbone.kind is "vgg"/],
    [{ block: null, auxiliaries: ["depth" as const] }, /tasks of the block: depth is none of them/],
  ])("refuses %j", (given, message) => {
    expect(() => configuration(given)).toThrow(message);
  });
});

describe("the network of a configuration", () => {
  it("has the small detector's 1,260 priors at 128 × 96, and a task an auxiliary", () => {
    const { priors, map, tasks } = networkOf(configuration(), counts);
    expect([priors.count, map.height, map.width]).toEqual([1260, 12, 16]);
    expect(tasks.map(({ name }) => name)).toEqual(["detection", "scene", "depth", "normals"]);
  });

  it("has ROCK's 7,228 priors on ResNet-50 at 640 × 480", () => {
    const rock = configuration({
      width: 640,
      height: 480,
      backbone: { kind: "resnet50", base: 8 },
      detector: "rock",
    });
    const { priors, map } = networkOf(rock, counts);
    expect([priors.count, map.height, map.width]).toEqual([7228, 30, 40]);
  });
});
