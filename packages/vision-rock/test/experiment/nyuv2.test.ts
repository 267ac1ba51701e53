import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options, Trial, TrialResult } from "@outrigger/bench/benchmark";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import nyuv2 from "../../bench/nyuv2.ts";
import { nyuv2Data } from "../../src/experiment/nyuv2-data.ts";
import { nyuv2Configuration } from "../../src/experiment/nyuv2-rows.ts";
import { runTrial } from "../../src/experiment/trial.ts";
import { prepareNyuv2 } from "../../src/nyuv2/prepare.ts";
import { HEIGHT, TEST, WIDTH, writeMiniature, writeSplitsFile } from "../nyuv2/miniature.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const narrow = JSON.parse(readFileSync(fixture("resnet-narrow.json"), "utf8")) as {
  base: number;
  blocks: number[];
};
const size = { width: WIDTH, height: HEIGHT };
const before = process.env["OUTRIGGER_DATA"];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "outrigger-nyuv2-"));
  process.env["OUTRIGGER_DATA"] = folder;
});
afterAll(() => {
  if (before === undefined) delete process.env["OUTRIGGER_DATA"];
  else process.env["OUTRIGGER_DATA"] = before;
  rmSync(folder, { recursive: true });
});

async function trial(method: string, options: Options): Promise<TrialResult> {
  const arm = nyuv2.arms("full").find((each) => each.method === method)!;
  const small = { ...size, iterations: 2, looks: 1, batchSize: 2, base: narrow.base, stages: narrow.blocks };
  const given: Trial = {
    benchmark: nyuv2.name,
    version: 1,
    method,
    group: "",
    options: { ...arm.options, ...small, detector: "small", ...options },
    seed: 0,
    tier: "smoke",
    threads: 1,
    directory: mkdtempSync(join(folder, "trial-")),
    progress: () => {},
  };
  const base = nyuv2Configuration(given);
  const weights = {
    name: "resnet-narrow.safetensors",
    bytes: readFileSync(fixture("resnet-narrow.safetensors")),
  };
  return runTrial(await nyuv2Data(base, Number(given.options["rooms"])), base, given, weights);
}

describe("the benchmark on NYU Depth v2", () => {
  it("says what is missing, and how to get it", async () => {
    const said = await nyuv2.available!("full");
    expect(said).toMatch(
      /outrigger-vision prepare nyuv2 nyu_depth_v2_labeled.mat splits.mat --out .*vision-rock.nyuv2/,
    );
    expect(said).toMatch(/Weights of ResNet-50 were not found/);
  });

  it("runs from the labelled file to test metrics, in miniature, with rooms besides", async () => {
    const [file, splits] = [await writeMiniature(folder), await writeSplitsFile(folder)];
    const out = join(folder, "vision-rock", "nyuv2");
    mkdirSync(join(folder, "vision-rock"));
    await prepareNyuv2(file, splits, out, { checksum: null, minPixels: 20, validation: { count: 3 } });
    copyFileSync(fixture("resnet-narrow.safetensors"), join(folder, "vision-rock", "resnet50.safetensors"));
    expect(await nyuv2.available!("full")).toBe(true);

    const single = await trial("single-task", {});
    expect(single.metrics["test/AP"]).toBeTypeOf("number");
    expect(single.metrics["test/scene-accuracy"]).toBeNull();
    expect(single.datasets).toHaveLength(3);

    const mixed = await trial("rock-and-rooms", { rooms: 3 });
    expect(mixed.notes![0]).toMatch(/^7 training pictures, 4 with boxes, 2 of 4 rows of a batch with boxes/);
    for (const name of ["test/AP", "test/scene-accuracy", "test/depth-log-mae", "test/normals-mean-angle"])
      expect(mixed.metrics[name]).toBeTypeOf("number");
  });

  it("has validation frames that are not trained on, and rooms without scene and boxes", async () => {
    const { train, validation, test } = await nyuv2Data(size, 2);
    const ids = (samples: readonly { id: number }[]): number[] => samples.map(({ id }) => id);
    const frames = train.filter(({ has }) => has.detection);
    expect([...ids(frames), ...ids(validation)].filter((id) => TEST.includes(id))).toEqual([]);
    expect(ids(frames).filter((id) => ids(validation).includes(id))).toEqual([]);
    expect(ids(test)).toEqual(TEST);
    const rooms = train.filter(({ has }) => !has.detection);
    expect(rooms).toHaveLength(2);
    for (const { has, scene } of rooms) {
      expect(has).toEqual({ detection: false, scene: false, depth: true, normals: true });
      expect(scene).toBe(-1);
    }
  });
});
