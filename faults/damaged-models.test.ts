import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelFolder } from "@outrigger/core/interchange/model-folder";
import { readPredictor, writePredictor } from "@outrigger/molecular/predictor/folder";
import { readModel } from "@outrigger/seq-length/setup/model-folder";
import { readDetector, writeDetector } from "@outrigger/vision-rock/predictor/folder";
import tf from "@tensorflow/tfjs";
import { describe } from "vitest";
import { tinyTrained } from "../packages/molecular/test/user/tiny.ts";
import { tiny as tinySequences, untrained } from "../packages/seq-length/test/cli/tiny.ts";
import { tinyDetector } from "../packages/vision-rock/test/user/tiny.ts";
import { damaged, distorted } from "./support/damage.ts";
import { fault, kept } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();

/** A kind of model folder: how one is made, and all that is read from it as text. */
interface Kind {
  readonly write: (folder: string) => unknown;
  readonly read: (folder: string) => unknown;
}

const plain = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    ArrayBuffer.isView(inner)
      ? Buffer.from(inner.buffer, inner.byteOffset, inner.byteLength).toString("base64")
      : inner,
  );

const kinds: Readonly<Record<string, Kind>> = {
  "a predictor of molecules": {
    write: async (folder) => writePredictor(folder, await tinyTrained({ ensemble: 1 })),
    read: async (folder) => {
      const predictor = await readPredictor(folder, { run: { threads: 1 } });
      const [found] = await predictor.predict(["CCO"]);
      await predictor.dispose();
      return found;
    },
  },
  "a detector": {
    write: (folder) => {
      const { record, params } = tinyDetector();
      writeDetector(folder, record, params);
    },
    read: (folder) => {
      const { record, params } = readDetector(folder);
      return { record, params };
    },
  },
  "a model of sequences": {
    write: (folder) => untrained(tinySequences(), folder),
    read: (folder) => {
      const { configuration, params } = readModel(folder);
      return { configuration, params };
    },
  },
  "a tf.js model": {
    write: async (folder) => {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
      await model.save(modelFolder(folder));
      model.dispose();
    },
    read: async (folder) => {
      const { modelTopology, weightData } = await modelFolder(folder).load();
      return { modelTopology, weights: new Uint8Array(weightData as ArrayBuffer) };
    },
  },
};

describe("Damaged model folders", async () => {
  for (const [name, { write, read }] of Object.entries(kinds)) {
    const good = fresh();
    await write(good);
    const right = plain(await read(good));
    const arrays = readdirSync(good).find((file) => file !== "model.json")!;
    const copy = (): string => {
      const folder = fresh();
      cpSync(good, folder, { recursive: true });
      return folder;
    };
    const checked = !name.includes("tf.js");

    fault(
      checked
        ? `${name}: any bytes of its arrays`
        : `${name}: its weights cut off or prolonged (the format has no checksum)`,
      { cases: [100, 4] },
      async (random) => {
        const folder = copy();
        const path = join(folder, arrays);
        writeFileSync(path, damaged(random, readFileSync(path), checked ? undefined : "longer"));
        kept(plain(await read(folder)) === right, "the model is another than it was");
      },
    );
    fault(`${name}: model.json cut off anywhere`, { cases: [100, 4] }, async (random) => {
      const folder = copy();
      const path = join(folder, "model.json");
      writeFileSync(path, damaged(random, readFileSync(path), "cut off"));
      kept(plain(await read(folder)) === right, "the model is another than it was");
    });
    fault(`${name}: model.json with other values`, { cases: [300, 8] }, async (random) => {
      const folder = copy();
      const path = join(folder, "model.json");
      writeFileSync(path, JSON.stringify(distorted(random, JSON.parse(readFileSync(path, "utf8")))));
      await read(folder);
    });
  }
});
