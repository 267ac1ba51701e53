import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { namedLeaves } from "@outrigger/core/train/flat";
import type { Params } from "@outrigger/core/train/model";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { describe, expect, it } from "vitest";
import { type Trained, trainDetector } from "../../src/train/train.ts";
import { roomsFrom, tiny, training } from "./setup.ts";

const numbers = (params: Params): number[] =>
  [...namedLeaves(params as Tree<NDArray>)].flatMap(([, { data }]) => [...data]);

async function run(more: Parameters<typeof training>[0] = {}): Promise<Trained> {
  const trained = await trainDetector(training(more));
  await trained.dispose();
  return trained;
}

describe("trainDetector", () => {
  it("goes on bit for bit after an interruption in the middle of a pass; another seed gives other numbers", async () => {
    const directory = mkdtempSync(join(tmpdir(), "outrigger-vision-"));
    const method = uncertainty();
    const whole = await run({ method });
    const controller = new AbortController();
    let steps = 0;
    const part = await run({
      method,
      directory,
      signal: controller.signal,
      callbacks: [
        ({ kind }) => {
          if (kind === "step" && ++steps === 3) controller.abort();
        },
      ],
    });
    expect(part.stopped).toBe("signal");
    expect(part.history).toHaveLength(1);
    const rest = await run({ method, directory });
    rmSync(directory, { recursive: true });
    expect(rest.history).toEqual(whole.history);
    expect(numbers(rest.params)).toEqual(numbers(whole.params));
    expect(rest.best).toEqual(whole.best);
    const other = await run({ method, seed: 1 });
    expect(other.history).not.toEqual(whole.history);
  });

  it("keeps the look with the best AP on validation, and trains as if validation were not there", async () => {
    const validation = roomsFrom(1, 4);
    const configuration = { ...tiny, iterations: 40, looks: 4, augment: false as const };
    const trained = await trainDetector(training({ train: roomsFrom(1, 4), validation, configuration }));
    const aps = trained.history.map((record) => record.validation["detection"]!["AP"]!);
    expect(trained.best).toEqual({ look: aps.indexOf(Math.max(...aps)), ap: Math.max(...aps) });
    const { metrics } = await trained.evaluate(validation);
    expect(metrics["detection"]!["AP"]).toBe(Math.max(...aps));
    await trained.dispose();
    const other = await run({ train: roomsFrom(1, 4), validation: roomsFrom(900, 2), configuration });
    expect(other.history.map(({ losses }) => losses)).toEqual(trained.history.map(({ losses }) => losses));
  });

  it("learns four rooms by heart", async () => {
    const wide = { width: 64, height: 48 };
    const rooms = roomsFrom(1, 4, wide);
    const trained = await run({
      train: rooms,
      validation: rooms,
      configuration: {
        ...wide,
        backbone: { kind: "small", channels: [16, 16, 24], blocks: 1 },
        iterations: 150,
        looks: 3,
        batchSize: 4,
        augment: false,
      },
    });
    const [first, , last] = trained.history.map(({ losses }) => losses);
    expect(last!["detection"]!).toBeLessThan(first!["detection"]! / 3);
    for (const task of ["depth", "normals"]) expect(last![task]!).toBeLessThan(first![task]! / 2);
    expect(trained.best!.ap).toBeGreaterThan(50);
  });
});

it("what is stored where there is no annotation changes nothing", async () => {
  const [boxed, bare, blind] = [roomsFrom(1, 3), roomsFrom(50, 3), roomsFrom(90, 3)];
  const has = { detection: true, scene: true, depth: true, normals: true };
  const told = (value: number) => [
    ...boxed,
    ...bare.map((sample) => ({
      ...sample,
      objects: sample.objects.slice(value),
      has: { ...has, detection: false },
    })),
    ...blind.map((sample) => ({
      ...sample,
      scene: value,
      depth: sample.depth.map(() => 1000 * (1 + value)),
      normals: sample.normals.map(() => 70 * (1 - value)),
      has: { ...has, scene: false, depth: false, normals: false },
    })),
  ];
  const configuration = { ...tiny, augment: false as const };
  const [a, b] = [await run({ train: told(0), configuration }), await run({ train: told(1), configuration })];
  expect(b.history).toEqual(a.history);
  expect(numbers(b.params)).toEqual(numbers(a.params));
});

it("a block without auxiliary losses is not told about scene, depth and normals", async () => {
  const configuration = { ...tiny, auxiliaries: [] };
  const train = roomsFrom(1, 6);
  const other = train.map((sample) => ({ ...sample, scene: 0, depth: sample.depth.map(() => 1000) }));
  const [a, b] = [await run({ train, configuration }), await run({ train: other, configuration })];
  expect(Object.keys(a.history[0]!.losses)).toEqual(["detection"]);
  expect(numbers(b.params)).toEqual(numbers(a.params));
});
