import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createRdkit,
  descriptors,
  moleculeGraphs,
  morganFingerprints,
  murckoScaffolds,
  type Rdkit,
} from "../src/index.ts";

const SMILES = ["CCO", "c1ccccc1CC1CC1", "[Na+].[Cl-]", "F/C=C/F", "C[C@H](N)C(=O)O"];
const kinds = { descriptors, moleculeGraphs, morganFingerprints, murckoScaffolds };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "features-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Counts what RDKit is asked for. */
async function counting(): Promise<Rdkit & { readonly calls: number }> {
  const inner = await createRdkit();
  let calls = 0;
  return {
    ...inner,
    get calls() {
      return calls;
    },
    withMolecule: (smiles, use) => {
      calls++;
      return inner.withMolecule(smiles, use);
    },
  };
}

describe("the feature cache", () => {
  it.each(Object.entries(kinds))("gives %s back unchanged, without RDKit", async (_, compute) => {
    const rdkit = await counting();
    const direct = await compute(SMILES, { rdkit, cache: false });
    expect(readdirSync(folder)).toEqual([]);
    const first = await compute(SMILES, { rdkit, cache: folder });
    const before = rdkit.calls;
    const second = await compute(SMILES, { rdkit, cache: folder });
    expect(rdkit.calls).toBe(before);
    expect(first).toEqual(direct);
    expect(second).toEqual(direct);
  });

  it.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    [
      "with one bit changed",
      (bytes: Buffer) => Buffer.from(bytes.map((b, i) => (i === bytes.length - 5 ? b ^ 1 : b))),
    ],
    ["empty", () => Buffer.alloc(0)],
    ["of another format", () => Buffer.from("outrigger-features-0\n".padEnd(400, "x"))],
  ])("computes anew when the file is %s, and repairs it", async (_, damage) => {
    const rdkit = await counting();
    const right = await descriptors(SMILES, { rdkit, cache: folder });
    const path = join(folder, "features", readdirSync(join(folder, "features"))[0]!);
    const whole = readFileSync(path);
    writeFileSync(path, damage(whole));
    const before = rdkit.calls;
    expect(await descriptors(SMILES, { rdkit, cache: folder })).toEqual(right);
    expect(rdkit.calls - before).toBe(SMILES.length);
    expect(readFileSync(path).equals(whole)).toBe(true);
    expect(readdirSync(join(folder, "features")).length).toBe(1);
  });

  it("does not mix up molecules, their order, settings or RDKit releases", async () => {
    const rdkit = await counting();
    const other = { ...rdkit, version: "2099.01.1" };
    await morganFingerprints(SMILES, { rdkit, cache: folder });
    await morganFingerprints(SMILES.toReversed(), { rdkit, cache: folder });
    await morganFingerprints(SMILES, { rdkit, cache: folder, bits: 1024 });
    await morganFingerprints(SMILES, { rdkit: other, cache: folder });
    expect(readdirSync(join(folder, "features")).length).toBe(4);
  });

  it("returns the features when the disk refuses to keep them, and says so", async () => {
    const rdkit = await createRdkit();
    const blocked = join(folder, "file");
    writeFileSync(blocked, "not a folder");
    const errors: Error[] = [];
    const found = await descriptors(SMILES, {
      rdkit,
      cache: blocked,
      onCacheError: (error) => errors.push(error),
    });
    expect([found.length, errors.length]).toEqual([5, 1]);
  });

  it("reports progress up to the total", async () => {
    const rdkit = await createRdkit();
    const seen: number[] = [];
    await descriptors(SMILES, { rdkit, cache: folder, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await descriptors(SMILES, { rdkit, cache: folder, onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(5);
  });

  it("names the molecule that has no features", async () => {
    const rdkit = await createRdkit();
    await expect(descriptors(["CCO", "xyz"], { rdkit, cache: folder })).rejects.toThrow(
      /Molecule 1, "xyz".*syntax error/,
    );
  });
});
