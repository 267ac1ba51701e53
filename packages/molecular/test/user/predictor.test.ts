import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enumeratedSmiles } from "../../src/data/enumerated.ts";
import { morganFingerprints } from "../../src/feature/featurize.ts";
import { tanimoto } from "../../src/feature/fingerprint.ts";
import { sharedRdkit } from "../../src/molecule/rdkit.ts";
import { readPredictor, writePredictor } from "../../src/predictor/folder.ts";
import { makePredictor, type PredictedMolecule, type Predictor } from "../../src/predictor/predictor.ts";
import { recordOf } from "../../src/predictor/record.ts";
import type { TrainedPredictor } from "../../src/training/train-predictor.ts";
import { quick, temporary, tinyTrained } from "./tiny.ts";

const run = quick.run!;
const ok = (found: PredictedMolecule | undefined): PredictedMolecule & { ok: true } => {
  if (found?.ok !== true) throw new Error(`no prediction: ${JSON.stringify(found)}`);
  return found;
};
const regression = (found: PredictedMolecule | undefined, target = "y") => {
  const prediction = ok(found).targets[target];
  if (prediction?.kind !== "regression") throw new Error("not regression");
  return prediction;
};

describe("a regression predictor", () => {
  let trained: TrainedPredictor;
  let predictor: Predictor;
  const folder = temporary();

  beforeAll(async () => {
    trained = await tinyTrained();
    writePredictor(folder, trained);
    predictor = await readPredictor(folder, { run });
  });
  afterAll(() => predictor.dispose());

  it.each(["configuration", "tasks", "targets", "descriptors", "training"])(
    "is refused by name where its record has no %s",
    (part) => {
      const { [part]: _, ...rest } = trained.record as unknown as Record<string, unknown>;
      const refused = {
        code: "bad-file",
        message: expect.stringMatching(/^model\.json is damaged: .*anew\.$/),
      };
      expect(() => recordOf(rest, "model.json")).toThrow(expect.objectContaining(refused));
    },
  );

  it("predicts from its folder what it predicted on the test molecules when it was trained", async () => {
    const [report] = trained.record.report.targets;
    const found = await predictor.predict(report!.test.map(({ smiles }) => smiles));
    expect(report!.test.length).toBe(6);
    report!.test.forEach((row, i) => {
      const { value, sd } = regression(found[i]);
      expect(value).toBeCloseTo(row.value, 5);
      expect(sd).toBeCloseTo(row.sd!, 5);
      expect(ok(found[i]).domain).toMatchObject({
        similarity: row.similarity,
        scaffoldSeen: row.scaffoldSeen,
      });
    });
  });

  it("gives the members' mean and spread, and the same one by one as together", async () => {
    const smiles = enumeratedSmiles(90).slice(60);
    const single = await Promise.all(
      trained.members.map((member) =>
        makePredictor({
          ...trained,
          members: [member],
          record: { ...trained.record, configuration: { ...trained.record.configuration, ensemble: 1 } },
          run,
        }),
      ),
    );
    const [a, b] = await Promise.all(single.map((each) => each.predict(smiles)));
    const both = await predictor.predict(smiles);
    smiles.forEach((_, i) => {
      const [x, y] = [regression(a![i]).value, regression(b![i]).value];
      expect(regression(both[i]).value).toBeCloseTo((x + y) / 2, 5);
      expect(regression(both[i]).sd).toBeCloseTo(Math.abs(x - y) / Math.SQRT2, 5);
      expect(regression(a![i]).sd).toBeNull();
    });
    for (const i of [0, 7]) {
      const [alone] = await predictor.predict([smiles[i]!]);
      expect(regression(alone).value).toBeCloseTo(regression(both[i]).value, 5);
    }
    await Promise.all(single.map((each) => each.dispose()));
  });

  it("keeps rows that are no molecule in their place, with the reason, and frees all handles", async () => {
    const found = await predictor.predict(["CCO", "C1CC", "", "C(C)(C)(C)(C)C", "CCN"]);
    expect(found.map((each) => each.ok)).toEqual([true, false, false, false, true]);
    const reasons = found.flatMap((each) => (each.ok ? [] : [each.problem.reason]));
    expect(reasons).toEqual([
      expect.stringMatching(/unclosed ring/),
      expect.stringMatching(/empty/),
      expect.stringMatching(/valence/),
    ]);
    expect(await predictor.predict([])).toEqual([]);
    expect((await predictor.values(["x", "CCO"]))["y"]![0]).toBeNaN();
    expect((await sharedRdkit()).open).toBe(0);
  });

  it("names the nearest training molecule as a search over all does, and tells whether the scaffold was seen", async () => {
    const { smiles } = trained.record.training;
    const asked = [...enumeratedSmiles(80).slice(60), smiles[3]!, "C1CC1", "CC"];
    const found = await predictor.predict(asked);
    const [mine, theirs] = await Promise.all(
      [asked, smiles].map((each) => morganFingerprints(each, { cache: false })),
    );
    asked.forEach((_, i) => {
      const similarities = theirs!.map((other) => tanimoto(mine![i]!, other));
      const { similarity, nearest, nearestSmiles } = ok(found[i]).domain;
      expect(similarity).toBe(Math.max(...similarities));
      expect([nearest, nearestSmiles]).toEqual([
        similarities.indexOf(similarity),
        smiles[similarities.indexOf(similarity)],
      ]);
    });
    expect(ok(found[20]).domain).toMatchObject({ similarity: 1 });
    expect(ok(found[21]).domain).toMatchObject({ scaffold: "C1CC1", scaffoldSeen: false });
    expect(ok(found[22]).domain).toMatchObject({ scaffold: "", scaffoldSeen: null });
  });

  it("has intervals of the calibration's quantiles, wider at a higher level, endless where validation is too small", async () => {
    const { calibration } = trained.record.targets[0]!;
    if (calibration.kind !== "regression") throw new Error("wrong kind");
    expect(calibration.scores).toHaveLength(6);
    const [half] = await predictor.predict(["CCO"], { level: 0.5 });
    const { value, low, high } = regression(half);
    expect(high - value).toBeCloseTo(calibration.scores[3]!, 10);
    expect(value - low).toBeCloseTo(calibration.scores[3]!, 10);
    const [wide] = await predictor.predict(["CCO"], { level: 0.9 });
    expect(regression(wide).high).toBe(Number.POSITIVE_INFINITY);
    await expect(predictor.predict(["CCO"], { level: 1 })).rejects.toMatchObject({ code: "bad-option" });
  });

  it("spreads under dropout, and refuses to where it was trained without", async () => {
    const [found] = await predictor.predict(["CCO"], { dropoutPasses: 20 });
    expect(regression(found).dropoutSd).toBeGreaterThan(0);
    const model = { name: "mlp", width: 8, bits: 128, dropout: 0 } as const;
    const record = { ...trained.record, configuration: { ...trained.record.configuration, model } };
    const dry = await makePredictor({ ...trained, record, run });
    await expect(dry.predict(["CCO"], { dropoutPasses: 20 })).rejects.toThrow(/without dropout/);
  });

  it.each([
    ["of a newer version", { version: 3 }, /has version 3, and this package reads up to 2\. Update/],
    [
      "of an older version that is unknown",
      { version: 0 },
      /has version 0, which this package cannot bring to 2/,
    ],
    ["of another program", { format: "chemprop" }, /is not that of a model of outrigger-molecular/],
    ["for other features", { vocabulary: {} }, /was written for other atom, bond or descriptor features/],
    ["for more members than there are", { configuration: { ensemble: 3 } }, /has no array "member-2\//],
  ])("is not read from a folder %s", async (_, change, said) => {
    const odd = temporary();
    cpSync(folder, odd, { recursive: true });
    const path = join(odd, "model.json");
    const record = JSON.parse(readFileSync(path, "utf8"));
    const configuration = {
      ...record.configuration,
      ...("configuration" in change ? change.configuration : {}),
    };
    writeFileSync(path, JSON.stringify({ ...record, ...change, configuration }));
    await expect(readPredictor(odd)).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(said),
    });
  });

  it("says of an empty folder how to make a model", async () => {
    await expect(readPredictor(temporary())).rejects.toThrow(
      /has no model\.json: outrigger-molecular train --out/,
    );
  });

  it("migrates older versions step by step", () => {
    const old = { ...trained.record, version: 1, level: 0.8 } as object;
    const migrations = new Map<number, (record: object) => Record<string, unknown>>([
      [1, (record: object) => ({ ...record, second: "level" in record })],
      [2, (record: object) => ({ ...record, third: "second" in record })],
    ]);
    const options = { current: 3, migrations };
    expect(recordOf(old, "model.json", options)).toMatchObject({ version: 3, second: true, third: true });
    expect(() => recordOf(old, "model.json", { ...options, current: 4 })).toThrow(/cannot bring to 4/);
  });

  it("of version 1 had no choice of auxiliary tasks", () => {
    const { record } = trained;
    const { selection: _, ...configuration } = record.configuration;
    const { selection: __, ...report } = record.report;
    expect(recordOf({ ...record, version: 1, configuration, report }, "model.json")).toEqual(record);
  });

  it("notes another release of RDKit", async () => {
    const other = await makePredictor({ ...trained, record: { ...trained.record, rdkit: "2020.01.1" }, run });
    expect(other.notes).toEqual([expect.stringMatching(/trained with RDKit 2020\.01\.1/)]);
    expect(predictor.notes).toEqual([]);
  });
});

describe("classification and several targets", () => {
  it("are seen from the labels, and have probabilities and sets", async () => {
    const trained = await tinyTrained({
      targets: ["class"],
      split: { variant: "random", fractions: [0.4, 0.4, 0.2] },
    });
    const [target] = trained.record.targets;
    expect(target).toMatchObject({ name: "class", kind: "classification", scaler: { mean: 0, sd: 1 } });
    const predictor = await makePredictor({ ...trained, run });
    const [found] = await predictor.predict(["CCO"], { level: 0.5 });
    const prediction = ok(found).targets["class"]!;
    if (prediction.kind !== "classification") throw new Error("wrong kind");
    expect(prediction.value).toBeGreaterThan(0);
    expect(prediction.value).toBeLessThan(1);
    const sure = await predictor.predict(["CCO"], { level: 0.99 });
    expect(ok(sure[0]).targets["class"]).toMatchObject({ set: [0, 1] });
    await predictor.dispose();
  });

  it("learn from and calibrate on the labels that are there", async () => {
    const trained = await tinyTrained({ targets: ["y", "half", "class"], ensemble: 1 }, 60);
    const [y, half, kind] = trained.record.report.targets;
    expect(trained.record.tasks).toEqual(["y", "half", "class"]);
    expect(y!.labels).toEqual({ train: 48, validation: 6, test: 6 });
    expect(half!.labels.train + half!.labels.validation + half!.labels.test).toBe(30);
    expect(kind!.kind).toBe("classification");
    const { calibration } = trained.record.targets[1]!;
    expect(calibration.kind === "regression" && calibration.scores.length).toBe(half!.labels.validation);
  });

  it("take auxiliary tasks along, whose heads are not predicted", async () => {
    const trained = await tinyTrained({ auxiliary: ["NumHBD"], method: "uncertainty" });
    expect(trained.record.tasks).toEqual(["y", "NumHBD"]);
    expect(trained.record.report.curves.weights["NumHBD"]).toHaveLength(3);
    const predictor = await makePredictor({ ...trained, run });
    const [found] = await predictor.predict(["CCO"]);
    expect(Object.keys(ok(found).targets)).toEqual(["y"]);
    await predictor.dispose();
  });
});

it("training learns what fingerprints and descriptors tell: far better than the mean", async () => {
  const trained = await tinyTrained(
    { model: { name: "mlp", width: 32, bits: 128, dropout: 0 }, epochs: 40, learningRate: 5e-3, ensemble: 1 },
    150,
  );
  const [rmse] = trained.record.report.targets[0]!.metrics;
  expect(rmse!.value!).toBeLessThan(0.7 * rmse!.baseline!);
});
