import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { discover } from "@outrigger/bench/run/discover";
import { findData, locate } from "@outrigger/core/data/source";
import { modelFolder } from "@outrigger/core/interchange/model-folder";
import type { Random } from "@outrigger/core/random";
import { featureCache } from "@outrigger/molecular/feature/cache";
import { canonicalKind } from "@outrigger/molecular/feature/kinds";
import { readFolder } from "@outrigger/vision-rock/folder/read-folder";
import { writeFolder } from "@outrigger/vision-rock/folder/write-folder";
import { roomSet } from "@outrigger/vision-rock/rooms/room-set";
import { describe } from "vitest";
import { fault, kept, pick } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();

/** A folder with a secret beside it, and a name that leads from the folder to the secret. */
function trap(
  random: Random,
  secret: string | Uint8Array = "secret",
): { inside: string; outside: string; name: string } {
  const root = fresh();
  const [inside, outside] = [join(root, "a", "inside"), join(root, "a", "outside.txt")];
  mkdirSync(inside, { recursive: true });
  writeFileSync(outside, secret);
  const name = pick(random, [
    "../outside.txt",
    "x/../../outside.txt",
    "./../outside.txt",
    "..//outside.txt",
    "../../a/outside.txt",
    outside,
    `/${outside}`,
    "..\\outside.txt",
  ]);
  return { inside, outside, name };
}

/** Whether nothing but the secret, unchanged, lies beside the folder. */
const untouched = (outside: string, secret: string | Uint8Array = "secret"): boolean =>
  readFileSync(outside).equals(Buffer.from(secret)) && readdirSync(join(outside, "..")).length === 2;

describe("Names that lead out of their folder (no package unpacks archives)", () => {
  fault("of a data file, found or downloaded", { cases: [60, 8] }, async (random) => {
    const { inside, outside, name } = trap(random);
    const env = { OUTRIGGER_CACHE: inside, OUTRIGGER_DATA: inside };
    const source = pick(random, [
      { domain: ".", file: name },
      { domain: name, file: "." },
      { domain: "..", file: "outside.txt" },
    ]);
    try {
      const found = locate(source, { env });
      kept(found === undefined, `${found} was found outside of the folder`);
      await findData({ ...source, url: "http://127.0.0.1:1/", sha256: "0".repeat(64) }, { env });
    } finally {
      kept(untouched(outside), "something was written outside of the folder");
    }
  });

  fault("of a weight file of a tf.js model", { cases: [60, 8] }, async (random) => {
    const { inside, name } = trap(random, new Uint8Array(12));
    const weights = [{ name: "w", shape: [3], dtype: "float32" }];
    writeFileSync(
      join(inside, "model.json"),
      JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: [name], weights }] }),
    );
    await modelFolder(inside).load();
    kept(false, "a file outside of the folder was read");
  });

  fault("of a picture of a data set", { cases: [60, 4] }, async (random) => {
    const { inside, outside, name } = trap(random);
    await writeFolder(inside, roomSet({ split: "train", count: 1, width: 32, height: 24 }));
    const path = join(inside, "annotations.json");
    const file = JSON.parse(readFileSync(path, "utf8")) as { images: Record<string, unknown>[] };
    const field = pick(random, ["file_name", "depth_file", "normals_file", "instances_file"]);
    writeFileSync(outside, readFileSync(join(inside, String(file.images[0]![field]))));
    file.images[0]![field] = name;
    writeFileSync(path, JSON.stringify(file));
    await (await readFolder(inside)).get(0);
    kept(false, "a picture outside of the folder was read");
  });

  fault("of a kind of features", { cases: [60, 8] }, async (random) => {
    const { inside, outside, name } = trap(random);
    try {
      const cache = featureCache([{ ...canonicalKind, name }], "1", {
        directory: inside,
        onError: () => undefined,
      });
      await cache.add(["C"], [[new Uint8Array(1)]]);
      await cache.close();
    } finally {
      kept(untouched(outside), "something was written outside of the folder");
    }
  });

  fault("of a package of benchmarks", { cases: [30, 4] }, async (random) => {
    const { inside, name } = trap(random);
    mkdirSync(join(inside, "bench"));
    const manifest = {
      name,
      type: "module",
      keywords: ["outrigger-benchmark"],
      exports: { "./bench/*": "./bench/*.js" },
    };
    writeFileSync(join(inside, "package.json"), JSON.stringify(manifest));
    writeFileSync(
      join(inside, "bench", "toy.js"),
      `export default { name: "toy/p", version: 1, title: "T", description: "D", metric: { name: "m", better: "lower" }, baseline: "b",
        source: "embedded", tiers: { smoke: { seeds: [0] } }, arms: () => [{ method: "b", kind: "baseline", options: {} }], run() {} };`,
    );
    await discover(inside);
    kept(false, "the package was taken, whose results lie elsewhere");
  });
});
