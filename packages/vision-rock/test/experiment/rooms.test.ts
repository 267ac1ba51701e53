import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Trial } from "@outrigger/bench/benchmark";
import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import rooms from "../../bench/rooms.ts";
import { shuffledAuxiliaries, withoutBoxes } from "../../src/experiment/annotations.ts";
import { configurationOf, dataOf } from "../../src/experiment/benchmark.ts";
import { type RoomsOptions, roomsData } from "../../src/experiment/rooms-data.ts";
import { runTrial } from "../../src/experiment/trial.ts";
import { roomsFrom } from "../train/setup.ts";

describe("the rows of every tier", () => {
  it("have equally many candidates, and differ in nothing but what they are named for", () => {
    for (const tier of ["smoke", "ci", "full"] as const) {
      const arms = rooms.arms(tier);
      expect(new Set(arms.map(({ candidates }) => candidates!.length)).size).toBe(1);
      for (const group of new Set(arms.map((arm) => arm.group))) {
        const own = ["fusion", "tasks", "auxiliaries", "rule", "oracle", "shuffled", "scale"];
        const alike = arms
          .filter((arm) => arm.group === group)
          .map(({ options }) =>
            JSON.stringify(Object.entries(options).filter(([name]) => !own.includes(name))),
          );
        expect(new Set(alike).size).toBe(1);
      }
    }
  });

  it("begin with the settings of the row: the first candidate changes nothing", () => {
    for (const { options, candidates } of rooms.arms("ci"))
      for (const [name, value] of Object.entries(candidates![0]!)) expect(options[name]).toBe(value);
  });

  it("are five with boxes on all rooms and four with boxes on few in tier ci, five seeds each", () => {
    const count = (group: string): number => rooms.arms("ci").filter((arm) => arm.group === group).length;
    expect([count("boxes on all"), count("boxes on few"), rooms.tiers.ci!.seeds.length]).toEqual([5, 4, 5]);
  });
});

describe("shuffled auxiliaries", () => {
  const samples = roomsFrom(1, 7);
  const shuffled = shuffledAuxiliaries(samples, Random.seeded(0, "shuffled"));

  it("are those of another room, each given away once", () => {
    const giver = shuffled.map(({ depth }) => samples.findIndex((sample) => sample.depth === depth));
    expect(giver.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    giver.forEach((from, to) => {
      expect(from).not.toBe(to);
      expect(shuffled[to]!.scene).toBe(samples[from]!.scene);
      expect(shuffled[to]!.normals).toBe(samples[from]!.normals);
    });
  });

  it("leave pictures and boxes alone", () => {
    shuffled.forEach(({ rgb, objects, instances, has }, i) => {
      expect(rgb).toBe(samples[i]!.rgb);
      expect(objects).toBe(samples[i]!.objects);
      expect(instances).toBe(samples[i]!.instances);
      expect(has.detection).toBe(true);
    });
  });
});

const small: RoomsOptions = {
  width: 32,
  height: 24,
  boxed: 2,
  unboxed: 2,
  validation: 2,
  test: 2,
  easyColour: false,
};

describe("the rooms of a trial", () => {
  it("are other training rooms for every seed, and the same ones for validation and test", async () => {
    const [a, b] = [await roomsData(small, 3), await roomsData(small, 4)];
    const ids = (samples: readonly { id: number }[]): number[] => samples.map(({ id }) => id);
    expect(new Set([...ids(a.train), ...ids(b.train)]).size).toBe(8);
    for (const part of ["validation", "test"] as const) expect(ids(b[part])).toEqual(ids(a[part]));
    expect(ids(a.validation).some((id) => ids(a.test).includes(id))).toBe(false);
    expect(a.train.map(({ has }) => has.detection)).toEqual([true, true, false, false]);
  });

  it("are seen in other light, with the same boxes", async () => {
    const { test, shifted } = await roomsData(small, 0);
    shifted!.forEach((sample, i) => {
      expect(sample.objects).toEqual(test[i]!.objects);
      expect(sample.rgb).not.toEqual(test[i]!.rgb);
    });
  });

  it("without boxes have geometry and scene", () => {
    const [bare] = roomsFrom(1, 1).map(withoutBoxes);
    expect(bare!.has).toEqual({ detection: false, scene: true, depth: true, normals: true });
    expect(bare!.objects).toEqual([]);
  });
});

it("a trial tells all metrics of the table, null where a row has no such task", async () => {
  const arms = rooms.arms("smoke").filter(({ group }) => group === "boxes on few");
  for (const method of ["single-task", "rock"]) {
    const arm = arms.find((each) => each.method === method)!;
    const directory = mkdtempSync(join(tmpdir(), "outrigger-vision-"));
    const trial: Trial = {
      benchmark: rooms.name,
      version: rooms.version,
      method,
      group: arm.group!,
      options: { ...arm.options, ...small, boxedRows: 1, unboxedRows: 1, iterations: 2 },
      seed: 10,
      tier: "smoke",
      threads: 1,
      directory,
      progress: () => {},
    };
    const { metrics, notes, curves } = await runTrial(await dataOf(trial), configurationOf(trial), trial);
    rmSync(directory, { recursive: true });
    for (const name of ["validation/AP", "test/AP", "test/AP50", "test/AP-shifted"])
      expect(metrics[name]).toBeTypeOf("number");
    const auxiliary = ["test/scene-accuracy", "test/depth-log-mae", "test/normals-mean-angle"];
    for (const name of auxiliary) expect(metrics[name] === null).toBe(method === "single-task");
    expect(notes![0]).toMatch(
      method === "rock" ? /^4 training pictures, 2 with boxes, 1 of 2 rows/ : /^2 training/,
    );
    expect(curves!["validation/AP"]).toHaveLength(2);
  }
});
