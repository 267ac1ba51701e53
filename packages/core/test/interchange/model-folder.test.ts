import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import { modelFolder } from "@outrigger/core/interchange/model-folder";
import type { LayersModel, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { refused } from "../support/errors.ts";

const parent = mkdtempSync(join(tmpdir(), "model-folder-"));
afterAll(() => rmSync(parent, { recursive: true }));

let folder: string;
let runs = 0;
beforeEach(() => {
  folder = join(parent, `${runs++}`);
});

const model = (seed = 1): LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        units: 3,
        inputShape: [2],
        kernelInitializer: tf.initializers.glorotUniform({ seed }),
        activation: "tanh",
      }),
      tf.layers.batchNormalization(),
    ],
  });
const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
const predicted = (of: LayersModel): number[] => Array.from((of.predict(x) as Tensor).dataSync());
const jsonFile = (): string => join(folder, "model.json");
const weightFile = (): string => join(folder, readdirSync(folder).find((name) => name.endsWith(".bin"))!);

describe("a model folder", () => {
  it("gives back a Keras-style model that was saved there", async () => {
    const saved = model();
    await saved.save(modelFolder(folder));
    const loaded = await tf.loadLayersModel(modelFolder(folder));
    expect(predicted(loaded)).toEqual(predicted(saved));
  });

  it("reads weights in several files, as the converter writes them", async () => {
    const saved = model();
    await saved.save(modelFolder(folder));
    const bytes = readFileSync(weightFile());
    const json = JSON.parse(readFileSync(jsonFile(), "utf8")) as { weightsManifest: { paths: string[] }[] };
    writeFileSync(join(folder, "a.bin"), bytes.subarray(0, 7));
    writeFileSync(join(folder, "b.bin"), bytes.subarray(7));
    json.weightsManifest[0]!.paths = ["a.bin", "b.bin"];
    writeFileSync(jsonFile(), JSON.stringify(json));
    expect(predicted(await tf.loadLayersModel(modelFolder(folder)))).toEqual(predicted(saved));
  });

  it("replaces a model as one unit and leaves no file of the old one", async () => {
    await model(1).save(modelFolder(folder));
    const second = model(2);
    await second.save(modelFolder(folder));
    expect(readdirSync(folder)).toHaveLength(2);
    expect(predicted(await tf.loadLayersModel(modelFolder(folder)))).toEqual(predicted(second));
    await second.save(modelFolder(folder));
    expect(predicted(await tf.loadLayersModel(modelFolder(folder)))).toEqual(predicted(second));
  });

  it("replaces a model one of whose files cannot be removed", async () => {
    await model(1).save(modelFolder(folder));
    const old = weightFile();
    rmSync(old);
    // A folder is not removed as a file is.
    mkdirSync(old);
    const second = model(2);
    await second.save(modelFolder(folder));
    expect(predicted(await tf.loadLayersModel(modelFolder(folder)))).toEqual(predicted(second));
  });

  it("keeps the old model when the new one cannot be written", async () => {
    const first = model(1);
    await first.save(modelFolder(folder));
    const blocked = join(folder, "model.json", "below");
    const error = await refused(model(2).save(modelFolder(blocked)));
    expect([error.code, error.message.includes(blocked)]).toEqual(["disk", true]);
    expect(predicted(await tf.loadLayersModel(modelFolder(folder)))).toEqual(predicted(first));
  });

  it("refuses a folder without a model, naming the file", async () => {
    const { code, message } = await refused(tf.loadLayersModel(modelFolder(folder)));
    expect([code, message.includes(jsonFile())]).toEqual(["bad-file", true]);
  });

  const damages: readonly [string, () => void][] = [
    ["weights cut off", () => truncateSync(weightFile(), 20)],
    ["weights that are not there", () => rmSync(weightFile())],
    ["a description cut off", () => truncateSync(jsonFile(), 100)],
    ["another JSON", () => writeFileSync(jsonFile(), "[]")],
    ["null", () => writeFileSync(jsonFile(), "null")],
    [
      "weights outside of it",
      () => {
        const text = readFileSync(jsonFile(), "utf8").replace(/weights-\w+\.bin/, "../../secret.bin");
        writeFileSync(jsonFile(), text);
      },
    ],
  ];
  it.each(damages)("refuses %s", async (_, damage) => {
    await model().save(modelFolder(folder));
    damage();
    expect((await refused(modelFolder(folder).load())).code).toBe("bad-file");
  });

  it("loads or gives a typed error, whatever the description says", async () => {
    await model().save(modelFolder(folder));
    const sound = readFileSync(jsonFile(), "utf8");
    const cut = fc.tuple(fc.nat(sound.length), fc.nat(40), fc.string({ maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(cut, async ([at, length, instead]) => {
        writeFileSync(jsonFile(), sound.slice(0, at) + instead + sound.slice(at + length));
        const outcome = await modelFolder(folder)
          .load()
          .then(
            () => "loaded",
            (error: unknown) => (error instanceof OutriggerError ? error.code : String(error)),
          );
        expect(["loaded", "bad-file"]).toContain(outcome);
      }),
      { seed: 6, numRuns: 150 },
    );
  });
});
