import { join } from "node:path";
import { expect, it } from "vitest";
import type { Evaluated } from "../../src/command/eval.ts";
import { NYU_CLASSES } from "../../src/nyuv2/classes.ts";
import type { DetectorRecord } from "../../src/predictor/record.ts";
import { TEST, TRAIN, writeMiniature, writeSplitsFile } from "../nyuv2/miniature.ts";
import { command, json, temporary } from "./tiny.ts";

it("NYU Depth v2 in small goes all the way: prepared, trained on with rooms that have geometry only, tested", async () => {
  const base = temporary();
  const at = (...names: string[]): string => join(base, ...names);
  const [labelled, splits] = [await writeMiniature(base), await writeSplitsFile(base)];
  const nyu = ["prepare", "nyuv2", labelled, splits, "--out", at("nyuv2"), "--no-checksum"];
  expect((await command(...nyu, "--min-pixels", "0", "--validation-count", "2")).code).toBe(0);

  const flags =
    "--size 32x24 --channels 8,8,8 --blocks 1 --iterations 4 --looks 2 --batch 4 --threads 1 --no-report";
  const trained = await command(
    "train",
    at("nyuv2", "train"),
    "rooms:5@scene,depth,normals",
    "--validation",
    at("nyuv2", "test"),
    ...flags.split(" "),
    "--out",
    at("model"),
  );
  expect(trained.code).toBe(0);
  expect(trained.out).toContain(`training: ${TRAIN.length + 5} pictures, ${TRAIN.length} with boxes`);
  const record: DetectorRecord = json(at("model", "model.json"));
  // Rooms without boxes bring no classes, but their scenes.
  expect(record.classes).toEqual(NYU_CLASSES.map(({ name }) => name));
  expect(record.scenes).toEqual(expect.arrayContaining(["kitchen", "living_room", "bathroom"]));
  expect(record.configuration.boxed).toBe(2);

  await command("eval", at("model"), "--data", at("nyuv2", "test"), "--json", at("scores.json"));
  const scores: Evaluated = json(at("scores.json"));
  expect([scores.pictures, scores.unknown]).toEqual([TEST.length, []]);
  expect(scores.classes.find(({ name }) => name === "chair")!.truths).toBe(2 * TEST.length);
});
