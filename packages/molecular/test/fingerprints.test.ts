import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { fingerprints } from "../src/feature/fingerprint-kinds.ts";
import {
  type FingerprintKind,
  type FingerprintOptions,
  fingerprintSettings,
} from "../src/molecule/fingerprint-options.ts";
import { createRdkit, type Rdkit } from "../src/molecule/rdkit.ts";

interface Fixture {
  readonly rdkit: string;
  readonly smiles: readonly string[];
  readonly cases: readonly { readonly options: FingerprintOptions; readonly packed: readonly string[] }[];
}

/** Made by fixtures/fingerprints.py with Python RDKit. */
const fixture = JSON.parse(
  readFileSync(new URL("fixtures/fingerprints.json", import.meta.url), "utf8"),
) as Fixture;

const KINDS: readonly FingerprintKind[] = [
  "morgan",
  "rdkit",
  "atom-pair",
  "topological-torsion",
  "pattern",
  "maccs",
];

let rdkit: Rdkit;
beforeAll(async () => {
  rdkit = await createRdkit();
});

const expectRefused = (options: object, words: RegExp): void =>
  expect(() => fingerprintSettings(options as FingerprintOptions)).toThrow(words);

describe("fingerprints", () => {
  it("are compared with the release of Python RDKit that they come from here", () => {
    expect(rdkit.version).toBe(fixture.rdkit);
    expect(new Set(fixture.cases.map(({ options }) => options.kind))).toEqual(new Set(KINDS));
  });

  it.each(fixture.cases.map((one) => [JSON.stringify(one.options), one] as const))(
    "%s have the bits of Python RDKit",
    async (_, { options, packed }) => {
      const found = await fingerprints(fixture.smiles, { ...options, rdkit, cache: false });
      expect(found.map((bytes) => Buffer.from(bytes).toString("base64"))).toEqual(packed);
      for (const bytes of found) expect(bytes.length * 8).toBe(fingerprintSettings(options).bits);
    },
  );

  it.each(KINDS)("%s do not depend on the spelling", async (kind) => {
    const [a, b] = await fingerprints(["OC(=O)c1ccccc1", "c1cccc(c1)C(O)=O"], { kind, rdkit, cache: false });
    expect(a).toEqual(b);
  });

  it("carry their settings in the name that the cache knows them by", () => {
    const name = (options: FingerprintOptions): string => fingerprintSettings(options).name;
    expect(name({ kind: "morgan" })).toBe("morgan-2-2048");
    expect(name({ kind: "maccs", bits: 167 })).toBe("maccs");
    const names = fixture.cases.map(({ options }) => name(options));
    expect(new Set(names).size).toBe(names.length);
    expect(name({ kind: "rdkit", minPath: undefined })).toBe(name({ kind: "rdkit", maxPath: 7 }));
  });

  it("are refused with a kind, an option or a value that does not exist", () => {
    expectRefused({ kind: "ecfp" }, /no fingerprint "ecfp".*morgan, rdkit/);
    expectRefused({ kind: "toString" }, /no fingerprint "toString"/);
    expectRefused({ kind: "maccs", bits: 1024 }, /maccs fingerprint has no option bits/);
    expectRefused({ kind: "pattern", radius: 2 }, /pattern fingerprint has no option radius/);
    // RDKit.js would read it and ignore it.
    expectRefused({ kind: "morgan", useFeatures: true }, /no option useFeatures/);
    expectRefused({ kind: "morgan", radius: 1.5 }, /radius must be a whole number from 0/);
    expectRefused({ kind: "morgan", bits: 0 }, /multiple of 8/);
    expectRefused({ kind: "morgan", bits: 2 ** 21 }, /multiple of 8 up to/);
    expectRefused({ kind: "morgan", useChirality: 1 }, /useChirality must be true or false/);
    expectRefused({ kind: "rdkit", minPath: 8 }, /maxPath must be a whole number from 8, not 7/);
    expectRefused({ kind: "atom-pair", minLength: 0 }, /minLength must be a whole number from 1/);
  });
});
