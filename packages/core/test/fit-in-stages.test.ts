import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rotograd } from "@outrigger/core/feature/rotograd";
import { array, type NDArray } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import type { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { fitInStages, type Stage, type StagesOptions } from "@outrigger/core/train/fit-in-stages";
import type { ModelState, Params } from "@outrigger/core/train/model";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { staticWeights } from "@outrigger/core/weighting/static";
import { uniform } from "@outrigger/core/weighting/uniform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";
import type { Batch } from "./support/stepper.ts";

const { model, ...data } = toy();
const shared = {
  ...data,
  optimizer: adam({ learningRate: 0.01 }),
  seed: 1,
  threads: 1,
  progress: "none",
} as const;
const auxiliaries = staticWeights({ weights: [0, 1, 1, 1] });
const schedule: readonly Stage<Batch>[] = [
  { name: "pre-train", method: auxiliaries, epochs: 3 },
  { name: "adapt", method: uniform(), frozen: ["trunk"], epochs: 2 },
  { name: "fine-tune", method: pcgrad(), optimizer: sgd({ learningRate: 0.02 }), epochs: 3 },
];
const train = (options: Partial<StagesOptions<Batch>> = {}) =>
  fitInStages(model, { ...shared, stages: schedule, ...options });

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "outrigger-stages-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("is fit, where there is one stage", async () => {
  const alone = await fit(model, { ...shared, method: pcgrad(), epochs: 3 });
  const staged = await train({ stages: [{ name: "all", method: pcgrad(), epochs: 3 }] });
  expect(staged.params).toEqual(alone.params);
  expect(staged.stages).toEqual([
    { name: "all", best: alone.best, history: alone.history, stopped: alone.stopped },
  ]);
});

it("goes on from stage to stage with the last parameters, and keeps the best of the last", async () => {
  const pretrained = await train({ stages: schedule.slice(0, 1) });
  const adapted = await train({ stages: schedule.slice(0, 2) });
  const whole = await train();
  expect(adapted.last.trunk).toEqual(pretrained.last.trunk);
  expect(adapted.last.heads).not.toEqual(pretrained.last.heads);
  expect(whole.last.trunk).not.toEqual(adapted.last.trunk);
  expect(whole.stages.map(({ name, history }) => [name, history.length])).toEqual([
    ["pre-train", 3],
    ["adapt", 2],
    ["fine-tune", 3],
  ]);
  const values = whole.history.map(({ validation }) => validation["y"]!["rmse"]!);
  expect(whole.best!.value).toBe(Math.min(...values));
  expect((await whole.evaluate(data.validation))["y"]!["rmse"]).toBeCloseTo(whole.best!.value, 6);
  // The primary's head waits for its turn.
  expect(pretrained.last.heads["y"]).toEqual((await firstParams()).heads["y"]);
});

/** What a run begins with: a step of length 0 leaves it. */
async function firstParams(): Promise<Params> {
  return (await fit(model, { ...shared, method: uniform(), optimizer: sgd({ learningRate: 0 }), epochs: 1 }))
    .last;
}

it("draws other random numbers in every stage", async () => {
  const twice = ["one", "two"].map((name) => ({
    name,
    method: uniform(),
    optimizer: sgd({ learningRate: 0 }),
    epochs: 1,
  }));
  const { stages } = await train({ stages: twice });
  const [one, two] = stages.map(({ history }) => history[0]!.losses);
  // Nothing moved, so losses differ by batches and dropout masks alone.
  expect(one).not.toEqual(two);
});

it("carries moving statistics over, also out of a stage that had ended", async () => {
  const counting = (): { state: ModelState; now: () => number } => {
    let count = 0;
    const read = async (): Promise<Record<string, NDArray>> => ({ count: array([count]) });
    return {
      state: {
        read,
        write: (values) => {
          count = values["count"]!.data[0]!;
        },
      },
      now: () => count,
    };
  };
  const directory = join(folder, "state");
  const stages = schedule.map((stage) => ({ ...stage, epochs: 1 }));
  const { state, now } = counting();
  const marked = stages.map((stage, i) => ({
    ...stage,
    // As a layer would, while a stage trains.
    progress: ({ kind }: { kind: string }) =>
      kind === "step" && state.write({ count: array([now() + 10 ** i]) }),
  }));
  await fitInStages({ ...model, state }, { ...shared, stages: marked.slice(0, 2), directory });
  expect(now()).toBe(33);
  const { state: fresh, now: then } = counting();
  const idle = marked.map((stage) => ({ ...stage, progress: "none" as const }));
  await fitInStages({ ...model, state: fresh }, { ...shared, stages: idle, directory });
  expect(then()).toBe(33);
});

it("begins a stage with the statistics of the one before, where init puts them back", async () => {
  let count = 0;
  const state: ModelState = {
    read: async () => ({ count: array([count]) }),
    write: (values) => {
      count = values["count"]!.data[0]!;
    },
  };
  const pretrained = {
    ...model,
    state,
    // As fromLayersModel does.
    init(random: Random) {
      count = 0;
      return model.init(random);
    },
  };
  const begun: number[] = [];
  const progress: StagesOptions<Batch>["progress"] = ({ kind }) => {
    if (kind === "start") begun.push(count);
    if (kind === "step") count++;
  };
  const stages = schedule.map((stage) => ({ ...stage, epochs: 1, keep: "last" as const }));
  const fitted = await fitInStages(pretrained, { ...shared, stages, progress });
  const { size } = data.train;
  expect(begun).toEqual([0, size, 2 * size]);
  expect(count).toBe(3 * size);
  expect(fitted.model).toBe(pretrained);
});

describe("with a directory", () => {
  const bytes = (directory: string): Buffer[] =>
    schedule.map(({ name }) => readFileSync(join(directory, name, "checkpoint.safetensors")));

  it("ends with the same bytes after a stop in each stage, and trains no stage twice", async () => {
    const whole = join(folder, "whole");
    const plain = await train({ directory: whole });
    for (const at of [2, 10, 17]) {
      const directory = join(folder, `stopped-${at}`);
      const stop = new AbortController();
      let steps = 0;
      const progress: StagesOptions<Batch>["progress"] = ({ kind }) => {
        if (kind === "step" && ++steps === at) stop.abort();
      };
      const halted = await train({ directory, progress, signal: stop.signal, checkpointEvery: 2 });
      expect(halted.stopped).toBe("signal");
      const reached = halted.stages.length;
      expect(schedule.map(({ name }) => existsSync(join(directory, name)))).toEqual(
        schedule.map((_, i) => i < reached),
      );
      let rest = 0;
      const ended = await train({
        directory,
        checkpointEvery: 2,
        progress: ({ kind }) => {
          if (kind === "step") rest++;
        },
      });
      expect(steps + rest).toBe(3 * 8);
      expect(ended.stages).toEqual(plain.stages);
      bytes(directory).forEach((each, i) => expect(each.equals(bytes(whole)[i]!)).toBe(true));
    }
  });

  it("refuses to go on where an earlier stage gave something else", async () => {
    const directory = join(folder, "longer");
    await train({ directory });
    const longer = schedule.map((stage, i) => (i === 0 ? { ...stage, epochs: 5 } : stage));
    expect((await refused(train({ directory, stages: longer }))).message).toContain("start (was");
  });
});

it.each<[string, readonly Stage<Batch>[]]>([
  ["stages is empty", []],
  ['named "a/b"', [{ name: "a/b", method: uniform(), epochs: 1 }]],
  ['named ".."', [{ name: "..", method: uniform(), epochs: 1 }]],
  ["Two stages", [1, 2].map(() => ({ name: "one", method: uniform(), epochs: 1 }))],
  [
    "Use it last",
    [
      { name: "one", method: rotograd(), epochs: 1 },
      { name: "two", method: singleTask(), epochs: 1 },
    ],
  ],
])("is refused: %s", async (said, stages) => {
  expect(await refused(train({ stages }))).toMatchObject({
    code: "bad-option",
    message: expect.stringContaining(said),
  });
});
