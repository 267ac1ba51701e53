import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, default as promises } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory as coreDirectory } from "@outrigger/core/data/source";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { enumeratedSmiles } from "../src/data/enumerated.ts";
import { cacheDirectory } from "../src/feature/cache.ts";
import {
  descriptors,
  featurize,
  moleculeGraphs,
  morganFingerprints,
  murckoScaffolds,
} from "../src/feature/featurize.ts";
import { fingerprints } from "../src/feature/fingerprint-kinds.ts";
import { canonicalKind, descriptorKind, type FeatureKind, graphKind } from "../src/feature/kinds.ts";
import { recordFile } from "../src/feature/record-file.ts";
import { createRdkit, type Rdkit } from "../src/molecule/rdkit.ts";

const SMILES = ["CCO", "c1ccccc1CC1CC1", "[Na+].[Cl-]", "F/C=C/F", "C[C@H](N)C(=O)O"];
const kinds = {
  descriptors,
  moleculeGraphs,
  morganFingerprints,
  murckoScaffolds,
  fingerprints: (smiles: readonly string[], options: object) =>
    fingerprints(smiles, { kind: "maccs", ...options }),
};

let inner: Rdkit;
beforeAll(async () => {
  inner = await createRdkit();
});
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "features-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Counts what RDKit is asked for. */
function counting(version = inner.version): Rdkit & { readonly calls: number } {
  let calls = 0;
  return {
    version,
    open: 0,
    crashes: 0,
    queries: 0,
    freeQueries: () => undefined,
    get calls() {
      return calls;
    },
    withMolecule: (smiles, use) => {
      calls++;
      return inner.withMolecule(smiles, use);
    },
  };
}

const files = (): string[] =>
  readdirSync(join(folder, "features")).map((name) => join(folder, "features", name));

it("the folder is that of downloads, whatever the environment says", () => {
  for (const value of [undefined, "", "/somewhere"]) {
    vi.stubEnv("OUTRIGGER_CACHE", value);
    expect(cacheDirectory()).toBe(coreDirectory());
    expect(cacheDirectory("given")).toBe("given");
  }
  vi.unstubAllEnvs();
});

describe("the feature cache", () => {
  it.each(Object.entries(kinds))("gives %s back unchanged, without RDKit", async (_, compute) => {
    const rdkit = counting();
    const direct = await compute(SMILES, { rdkit, cache: false });
    expect(readdirSync(folder)).toEqual([]);
    const first = await compute(SMILES, { rdkit, cache: folder });
    const before = rdkit.calls;
    const second = await compute(SMILES, { rdkit, cache: folder });
    expect(rdkit.calls).toBe(before);
    expect(first).toEqual(direct);
    expect(second).toEqual(direct);
  });

  it("computes only molecules that it has not seen, in whatever list and order they come", async () => {
    const rdkit = counting();
    const cache = folder;
    await descriptors(SMILES, { rdkit, cache });
    const more = ["CCN", ...SMILES.toReversed(), "CCCl", "CCN"];
    const found = await descriptors(more, { rdkit, cache });
    expect(rdkit.calls).toBe(SMILES.length + 2);
    expect(found).toEqual(await descriptors(more, { rdkit, cache: false }));
  });

  it("parses a molecule once for all kinds that are asked for, and computes only those that are not there", async () => {
    const rdkit = counting();
    const computed: string[] = [];
    const watched = <T>(kind: FeatureKind<T>): FeatureKind<T> => ({
      ...kind,
      compute(molecule) {
        computed.push(kind.name);
        return kind.compute(molecule);
      },
    });
    const options = { rdkit, cache: folder };
    await featurize(["CCO"], { graph: watched(graphKind) }, options);
    const all = { text: watched(canonicalKind), graph: watched(graphKind), values: watched(descriptorKind) };
    const { text, graph, values } = await featurize(["OCC", "CCO"], all, options);
    expect(rdkit.calls).toBe(3);
    expect(computed.sort()).toEqual([
      "canonical",
      "canonical",
      "descriptors",
      "descriptors",
      "graph",
      "graph",
    ]);
    expect(text).toEqual(["CCO", "CCO"]);
    expect(graph.map(({ atoms }) => atoms[0])).toEqual([7, 5]);
    // Equal but for rounding: sums over atoms follow their order.
    expect(values[0]![7]).toBe(values[1]![7]);
  });

  it.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    [
      "with one bit changed",
      (bytes: Buffer) => Buffer.from(bytes.map((b, i) => (i === bytes.length - 5 ? b ^ 1 : b))),
    ],
    ["with a wrong length", (bytes: Buffer) => Buffer.from(bytes.map((b, i) => (i === 10 ? 255 : b)))],
    ["empty", () => Buffer.alloc(0)],
    ["of another format", () => Buffer.from("outrigger-features-0\n".padEnd(400, "x"))],
  ])("computes anew when the file is %s, and is whole again", async (_, damage) => {
    const rdkit = counting();
    const right = await descriptors(SMILES, { rdkit, cache: folder });
    const path = files()[0]!;
    writeFileSync(path, damage(readFileSync(path)));
    expect(await descriptors(SMILES, { rdkit, cache: folder })).toEqual(right);
    expect(rdkit.calls).toBe(2 * SMILES.length);
    expect(await descriptors(SMILES, { rdkit, cache: folder })).toEqual(right);
    expect(rdkit.calls).toBe(2 * SMILES.length);
    expect(files().length).toBe(1);
  });

  it("does not mix up molecules, settings or RDKit releases", async () => {
    const rdkit = counting();
    const cache = folder;
    await morganFingerprints(SMILES, { rdkit, cache });
    const short = await morganFingerprints(SMILES, { rdkit, cache, bits: 1024 });
    expect(short.map(({ length }) => length)).toEqual(SMILES.map(() => 128));
    const other = counting("2099.01.1");
    await morganFingerprints(SMILES, { rdkit: other, cache });
    expect(other.calls).toBe(SMILES.length);
    expect(files().length).toBe(3);
  });

  it("returns the features when the disk refuses to keep them, and says so once", async () => {
    const blocked = join(folder, "file");
    writeFileSync(blocked, "not a folder");
    const errors: Error[] = [];
    const options = { rdkit: inner, cache: blocked, onCacheError: (error: Error) => errors.push(error) };
    expect((await murckoScaffolds(enumeratedSmiles(401), options)).length).toBe(401);
    expect(errors.length).toBe(1);
  });

  it("reports progress up to the total", async () => {
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number): void => void seen.push([done, total]);
    const options = { rdkit: inner, cache: folder, onProgress };
    await descriptors(SMILES, options);
    expect(seen).toEqual(SMILES.map((_, i) => [i + 1, 5]));
    await descriptors([...SMILES, "CCCC", "CCO"], options);
    expect(seen.slice(5)).toEqual([
      [1, 6],
      [6, 6],
    ]);
  });

  it("names the molecule that has no features, and keeps the batches before it", async () => {
    const rdkit = counting();
    const good = enumeratedSmiles(200);
    const options = { rdkit, cache: folder };
    await expect(murckoScaffolds([...good, "CCO", "xyz"], options)).rejects.toThrow(
      /Molecule 201, "xyz".*syntax error/,
    );
    const before = rdkit.calls;
    await murckoScaffolds([...good, "CCO"], options);
    expect(rdkit.calls).toBe(before);
  });
});

describe("a record file", () => {
  const value = (text: string): Uint8Array => new TextEncoder().encode(text);
  const at = (): string => join(folder, "deep", "a.records");

  it("finds what was added, by whatever name, and the later of two values", async () => {
    const file = recordFile(at());
    const names = ["", "a", "é", "🧪", "\u0000", "x".repeat(300_000)];
    expect(await file.find(names)).toEqual(names.map(() => null));
    await file.add(names.map((name, i) => [name, value(`v${i}`)]));
    await file.add([
      ["a", value("")],
      ["b", new Uint8Array(600_000).fill(7)],
    ]);
    const found = await file.find(["b", ...names, "c"]);
    expect(found[0]!.every((byte) => byte === 7) && found[0]!.length).toBe(600_000);
    expect(found.slice(1)).toEqual(["v0", "", "v2", "v3", "v4", "v5"].map(value).concat(null as never));
    await file.close();
  });

  it("loses nothing when several write at once, and sees what others have added", async () => {
    const writers = Array.from({ length: 8 }, () => recordFile(at()));
    const key = (w: number, i: number, j: number): string => `${w}-${i}-${j}`;
    const numbers = [...new Array(20).keys()];
    const block = (w: number, i: number): [string, Uint8Array][] =>
      numbers.map((j) => [key(w, i, j), value(key(w, i, j).repeat(30))]);
    for (const i of numbers) await Promise.all(writers.map((file, w) => file.add(block(w, i))));
    const keys = writers.flatMap((_, w) => numbers.flatMap((i) => numbers.map((j) => key(w, i, j))));
    for (const file of [writers[0]!, recordFile(at())]) {
      const found = await file.find(keys);
      const texts = found.map((bytes) => bytes && new TextDecoder().decode(bytes));
      expect(texts).toEqual(keys.map((name) => name.repeat(30)));
      await writers[1]!.add([["late", value("come")]]);
      expect(await file.find(["late"])).toEqual([value("come")]);
      await file.close();
    }
  });

  it("is open once however many look at once, and no more when it was closed", async () => {
    const file = recordFile(at());
    await Promise.all(["a", "a"].map((key) => file.find([key])));
    await file.add([["a", value("first")]]);
    const opens = vi.spyOn(promises, "open");
    const found = await Promise.all(["a", "b", "a"].map((key) => file.find([key])));
    expect(found).toEqual([[value("first")], [null], [value("first")]]);
    expect(opens).toHaveBeenCalledTimes(1);
    const [handle] = await Promise.all(
      opens.mock.results.map(({ value: each }) => each as Promise<FileHandle>),
    );
    opens.mockRestore();
    await file.close();
    expect(handle!.fd).toBe(-1);
    expect(await file.find(["a"])).toEqual([value("first")]);
    await file.close();
  });

  it("passes over what is damaged, however it lies, and reads a part that is finished later", async () => {
    const file = recordFile(at());
    await file.add([["a", value("first")]]);
    const one = readFileSync(at());
    await file.add([["b", value("second")]]);
    const two = readFileSync(at()).subarray(one.length);
    // Half a block, as a process leaves it that is killed, before and after whole ones.
    writeFileSync(at(), Buffer.concat([one.subarray(0, 20), two, one.subarray(0, 9), one.subarray(0, 25)]));
    const again = recordFile(at());
    expect(await again.find(["a", "b"])).toEqual([null, value("second")]);
    appendFileSync(at(), one.subarray(25));
    expect(await again.find(["a", "b"])).toEqual([value("first"), value("second")]);
    await again.add([["c", value("third")]]);
    expect(await again.find(["c", "b", "a"])).toEqual(["third", "second", "first"].map(value));
    await Promise.all([file.close(), again.close()]);
  });
});
