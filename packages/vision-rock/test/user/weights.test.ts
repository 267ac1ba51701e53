import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import { expect, it } from "vitest";
import { importResNet50 } from "../../src/backbone/import-resnet50.ts";
import { trainCommand } from "../../src/command/train.ts";
import { readDetector } from "../../src/predictor/folder.ts";
import { command, json, temporary, tiny } from "./tiny.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const { base, blocks } = json(fixture("resnet-narrow.json")) as {
  base: number;
  blocks: [number, number, number, number];
};

type Norms = {
  readonly bn1: Record<"scale" | "shift", NDArray>;
  readonly conv1: { readonly kernel: NDArray };
};

it("a training begins with the weights of a ResNet-50, and leaves its norms as they are", async () => {
  const out = temporary();
  const weights = fixture("resnet-narrow.safetensors");
  const learningRate = 1e-6;
  const configuration = tiny({ backbone: { kind: "resnet50", base, blocks }, learningRate, weightDecay: 0 });
  const run = { data: ["rooms:4"], validation: ["rooms:3"], test: null, weights, method: "uniform", seed: 0 };
  const quiet = { print: () => undefined, progress: () => undefined, reading: () => () => undefined };
  expect(await trainCommand({ run, configuration }, { out, report: false, threads: 1, ...quiet })).toBe(0);

  const { network, params } = readDetector(out);
  const drawn = network.model.init(Random.seeded(0, "init"));
  const parts = (of: typeof params): Norms => (of.trunk as unknown as { backbone: Norms }).backbone;
  const given = importResNet50(parts(drawn) as never, {
    name: weights,
    bytes: readFileSync(weights),
  }) as unknown as Norms;
  expect(parts(params).bn1).toEqual(given.bn1);
  const [kernel, from] = [parts(params).conv1.kernel.data, given.conv1.kernel.data];
  const moved = kernel.map((value, i) => Math.abs(value - from[i]!));
  // Four steps of AdamW at this rate.
  expect(Math.max(...moved)).toBeLessThan(5e-6);
  expect(Math.max(...moved)).toBeGreaterThan(0);
});

it.each([
  [["--weights", "x.safetensors"], /give --backbone resnet50 too/],
  [["--backbone", "resnet50", "--weights", "nowhere.safetensors"], /nowhere\.safetensors cannot be read/],
])("%j is a mistake that is named", async (flags, said) => {
  const { code, err } = await command(
    "train",
    "rooms:4",
    "--validation",
    "rooms:3",
    "--out",
    temporary(),
    "--threads",
    "1",
    ...flags,
  );
  expect([code, err]).toEqual([1, expect.stringMatching(said)]);
});
