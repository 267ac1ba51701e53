import { describe, expect, it, vi } from "vitest";
import { countAtoms } from "../src/molecule/guard.ts";
import type { Molecule } from "../src/molecule/molecule.ts";
import { createRdkit, sharedRdkit } from "../src/molecule/rdkit.ts";

const ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O";
const unguarded = { maxAtoms: Number.POSITIVE_INFINITY, maxCharacters: Number.POSITIVE_INFINITY };

describe("withMolecule", () => {
  it("gives RDKit's own reason for a string that is no molecule", async () => {
    const rdkit = await createRdkit();
    const faults = {
      xyz: /syntax error/,
      C1CC: /unclosed ring/,
      "C(C)(C)(C)(C)C": /valence for atom # 0 C, 5/,
    };
    for (const [smiles, reason] of Object.entries(faults)) {
      const found = await rdkit.withMolecule(smiles, () => 1);
      expect(found).toMatchObject({ ok: false, problem: { fault: "unparsable" } });
      expect(found.ok ? "" : found.problem.reason).toMatch(reason);
    }
  });

  it("refuses what is empty, too long or too large before RDKit sees it", async () => {
    const rdkit = await createRdkit();
    const fault = async (smiles: string): Promise<string> => {
      const found = await rdkit.withMolecule(smiles, () => 1);
      return found.ok ? "none" : found.problem.fault;
    };
    expect(await fault("")).toBe("empty");
    expect(await fault("  ")).toBe("empty");
    expect(await fault("C".repeat(5000))).toBe("too-long");
    expect(await fault("C".repeat(521))).toBe("too-many-atoms");
    expect(await fault("C".repeat(520))).toBe("none");
    expect(rdkit.crashes).toBe(0);
  });

  it("computes everything for the largest chain that the guard lets through, and is sound afterwards", async () => {
    const rdkit = await createRdkit();
    const all = (m: Molecule): unknown => [
      m.canonicalSmiles(),
      m.structure(),
      m.descriptors(),
      m.morgan(),
      m.scaffold(true),
    ];
    const before = await rdkit.withMolecule(ASPIRIN, all);
    for (const large of ["C".repeat(520), `C1${"C".repeat(518)}C1`, "C1CC1".repeat(173)])
      expect((await rdkit.withMolecule(large, all)).ok).toBe(true);
    expect(await rdkit.withMolecule(ASPIRIN, all)).toEqual(before);
    expect(rdkit.crashes).toBe(0);
  });

  it("replaces an instance that crashed, at the cost of one row, and prints nothing", async () => {
    const stderr = vi.spyOn(process.stderr, "write");
    const error = vi.spyOn(console, "error");
    const rdkit = await createRdkit(unguarded);
    const rows = ["CCO", "C".repeat(5000), ASPIRIN, "xyz", "CCN"];
    // All at once: the rows behind the crash were waiting on the instance that it ruined.
    const found = await Promise.all(
      rows.map((smiles) => rdkit.withMolecule(smiles, (m) => m.descriptors()[7])),
    );
    expect(found.map((outcome) => (outcome.ok ? outcome.value : outcome.problem.fault))).toEqual([
      3,
      "crashed",
      13,
      "unparsable",
      3,
    ]);
    expect([rdkit.crashes, rdkit.open]).toEqual([1, 0]);
    expect(stderr).not.toHaveBeenCalled();
    expect(error).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("frees every molecule: 3,000 parses leave no handle open and take no memory", async () => {
    const rdkit = await createRdkit();
    const parse = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++)
        await rdkit.withMolecule(i % 7 ? ASPIRIN.repeat(4) : "C1CC", (m) => m.scaffold(true));
    };
    await parse(500);
    const before = process.memoryUsage().rss;
    await parse(3000);
    expect(rdkit.open).toBe(0);
    // A molecule that is not freed costs more than 20 kB here (and its scaffold as much): leaks would show as 60 MB and more.
    expect(process.memoryUsage().rss - before).toBeLessThan(40e6);
  });

  it("frees the molecule when the borrower throws, and passes the error on", async () => {
    const rdkit = await createRdkit();
    const broken = rdkit.withMolecule("CCO", () => {
      throw new TypeError("mine");
    });
    await expect(broken).rejects.toThrow("mine");
    expect([rdkit.open, rdkit.crashes]).toEqual([0, 0]);
  });

  it("lets no molecule out of its scope", async () => {
    const rdkit = await createRdkit();
    let kept: Molecule | undefined;
    await rdkit.withMolecule("CCO", (m) => {
      kept = m;
    });
    expect(() => kept?.canonicalSmiles()).toThrow(/after the function that it was lent to/);
  });

  it("counts atoms in brackets, two-letter elements and aromatic letters", () => {
    expect(countAtoms("[NH3+]CC(=O)[O-]")).toBe(5);
    expect(countAtoms("Clc1cc(Br)ccc1")).toBe(8);
    expect(countAtoms("[13C@@H]1%12OC1*")).toBe(4);
  });
});

describe("strings that RDKit would misread or never finish", () => {
  const fault = async (smiles: string): Promise<string> => {
    const rdkit = await sharedRdkit();
    const found = await rdkit.withMolecule(smiles, (m) => m.structure().atoms.length);
    return found.ok ? `${found.value} atoms` : found.problem.fault;
  };
  /** So many metal atoms, each bound to all others. */
  const clique = (atoms: number): string => {
    const numbers = [...new Array(atoms).keys()];
    const closure = (a: number, b: number): string => `%(${100 + Math.min(a, b) * 20 + Math.max(a, b)})`;
    const others = (a: number): string => numbers.map((b) => (b === a ? "" : closure(a, b))).join("");
    return numbers.map((a) => `[U]${others(a)}`).join(".");
  };

  it("are refused when they hold a null character", async () => {
    expect(await fault("CCO\0CC")).toBe("unparsable");
    expect(await fault("CCO\0")).toBe("unparsable");
  });

  it("are refused when their atoms are bound all to all, alone or as a part, but not when they are merely unusual", async () => {
    expect(await fault(clique(9))).toBe("too-dense");
    expect(await fault(`${"C".repeat(100)}.${clique(10)}`)).toBe("too-dense");
    expect(await fault(clique(5))).toBe("5 atoms");
    expect(await fault("F[U](F)(F)(F)(F)F")).toBe("7 atoms");
    expect(await fault("[Fe+2].[C-]1(C=CC=C1).[C-]1(C=CC=C1)")).toBe("11 atoms");
  });

  it("count no atoms in the name behind a molecule", async () => {
    expect(await fault(`CCO ${"C".repeat(600)}`)).toBe("3 atoms");
  });
});
