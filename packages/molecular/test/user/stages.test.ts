import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { METHODS } from "../../src/method/methods.ts";
import { makePredictor } from "../../src/predictor/predictor.ts";
import type { PredictorRecord } from "../../src/predictor/record.ts";
import { type TrainingEvent, trainPredictor } from "../../src/training/train-predictor.ts";
import { command, quick, temporary, tiny, tinyCsv, tinyFlags, tinyTable, tinyTrained } from "./tiny.ts";

process.env["OUTRIGGER_CACHE"] = temporary();
const folder = temporary();
const data = join(folder, "data.csv");
writeFileSync(data, tinyCsv(60));

describe("train --method", () => {
  it.each(Object.keys(METHODS))("%s trains from the command for all of its epochs", async (method) => {
    const out = join(folder, method);
    const small = ["--ensemble", "1", "--epochs", "2", "--auxiliary", "tpsa,NumHBD", "--method", method];
    const { code, err } = await command("train", data, ...tinyFlags, ...small, "--out", out);
    expect([code, err]).toEqual([0, expect.stringContaining("epochs, best on validation in epoch")]);
    const record = JSON.parse(readFileSync(join(out, "model.json"), "utf8")) as PredictorRecord;
    const { curves, members } = record.report;
    expect(curves.validation).toHaveLength(2);
    expect(curves.weights["tpsa"]).toHaveLength(2);
    expect(members[0]!.epochs).toBe(2);
  });

  it("refuses methods that would leave a second target unlearned, and says when there is nothing to weigh", async () => {
    const words = [...tinyFlags, "--target", "half", "--method", "pre-train", "--out", join(folder, "two")];
    const two = await command("train", data, ...words);
    expect([two.code, two.err]).toEqual([
      1,
      expect.stringMatching(/"pre-train" ends with the first of 2 targets/),
    ]);
    const alone = await command(
      "train",
      data,
      ...tinyFlags,
      "--method",
      "arml",
      "--out",
      join(folder, "one"),
    );
    expect(alone.out).toContain("The method arml has nothing to weigh");
  });
});

describe("a method of two stages that is stopped", () => {
  const chosen = tiny({ auxiliary: ["tpsa"], method: "pre-train-joint", epochs: 6, ensemble: 1 });
  const until = (stop: (event: TrainingEvent) => boolean) => async (directory: string) => {
    const ended = new AbortController();
    return trainPredictor(await tinyTable(60, ["y"]), chosen, {
      ...quick,
      directory,
      signal: ended.signal,
      onProgress: (event) => stop(event) && ended.abort(),
    });
  };
  it.each([
    ["in the first", "pre-train", "epoch"],
    ["between them", "pre-train", "end"],
    ["in the second", "fine-tune", "epoch"],
  ] as const)("%s is no predictor, and goes on to the same one", async (_, name, kind) => {
    const directory = temporary();
    const stop = until(
      (event) => event.kind === "fit" && event.stage.name === name && event.event.kind === kind,
    );
    expect(await stop(directory)).toBeNull();
    const rest = await until(() => false)(directory);
    const whole = await until(() => false)(temporary());
    expect(rest!.members).toEqual(whole!.members);
    expect(rest!.record.report).toEqual(whole!.record.report);
    expect(rest!.record.report.members[0]!.bestEpoch).toBeGreaterThan(3);
  });
});

it.each(["maccs", "atom-pair"] as const)(
  "a perceptron is trained on the %s fingerprint that it predicts from",
  async (fingerprint) => {
    const model = { name: "mlp", fingerprint, width: 8, dropout: 0 } as const;
    const trained = await tinyTrained({ model, ensemble: 1, epochs: 3 });
    const predictor = await makePredictor({ ...trained, run: quick.run! });
    const { test } = trained.record.report.targets[0]!;
    const found = await predictor.values(test.map(({ smiles }) => smiles));
    for (const [i, { value }] of test.entries()) expect(found["y"]![i]).toBeCloseTo(value, 4);
    await predictor.dispose();
  },
);
