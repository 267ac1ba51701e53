import { describe, expect, it, vi } from "vitest";
import { featuresOf } from "../src/feature/compute.ts";
import {
  canonicalKind,
  descriptorKind,
  type Features,
  fingerprintKind,
  graphKind,
  scaffoldKind,
} from "../src/feature/kinds.ts";
import { featurizeStream } from "../src/feature/stream.ts";
import { ATOM_VOCABULARY } from "../src/molecule/molecule-graph.ts";
import { createRdkit, type Outcome } from "../src/molecule/rdkit.ts";
import { HOSTILE_SORTS, hostileSmiles } from "./support/hostile.ts";

/** `OUTRIGGER_HOSTILE=10000` reads as many; the default keeps the suite short. */
const COUNT = Number(process.env["OUTRIGGER_HOSTILE"] ?? 1500);

const kinds = {
  name: canonicalKind,
  scaffold: scaffoldKind(true),
  graph: graphKind,
  values: descriptorKind,
  morgan: fingerprintKind({ kind: "morgan" }),
  paths: fingerprintKind({ kind: "rdkit" }),
  pairs: fingerprintKind({ kind: "atom-pair" }),
  torsions: fingerprintKind({ kind: "topological-torsion" }),
  pattern: fingerprintKind({ kind: "pattern" }),
  maccs: fingerprintKind({ kind: "maccs" }),
};
type Row = Outcome<Features<typeof kinds>>;

/** What is wrong with a row; nothing is. */
function fault(row: Row): string | null {
  if (!row.ok) return /\w{2,} \w{2,}/.test(row.problem.reason) ? null : `reason "${row.problem.reason}"`;
  const { graph, values, name } = row.value;
  if (graph.atomCount === 0 || name === "") return "a molecule without atoms";
  if (!values.every(Number.isFinite)) return "a descriptor that is no number";
  const outside = graph.atoms.some((value, i) => value < 0 || value >= ATOM_VOCABULARY[i % 9]!);
  return outside ? "an atom feature out of range" : null;
}

describe(`${COUNT} hostile strings`, () => {
  it("are each read rightly or reported with a reason, crash nothing, leave no handle, print nothing", {
    timeout: COUNT * 500,
  }, async () => {
    const stderr = vi.spyOn(process.stderr, "write");
    const error = vi.spyOn(console, "error");
    const rdkit = await createRdkit();
    const smiles = hostileSmiles(COUNT);
    const faults: string[] = [];
    const good = new Map<number, Row>();
    const tally = { good: 0, bad: 0 };
    for await (const { from, rows } of featurizeStream(smiles, kinds, { rdkit, cache: false }))
      for (const [i, row] of rows.entries()) {
        const wrong = fault(row);
        const sort = HOSTILE_SORTS[(from + i) % HOSTILE_SORTS.length]!;
        if (wrong) faults.push(`${sort} ${JSON.stringify(smiles[from + i]!.slice(0, 100))}: ${wrong}`);
        tally[row.ok ? "good" : "bad"]++;
        if (row.ok && tally.good % Math.ceil(COUNT / 100) === 0) good.set(from + i, row);
      }
    expect(faults).toEqual([]);
    expect(tally.good + tally.bad).toBe(COUNT);
    expect(Math.min(tally.good, tally.bad)).toBeGreaterThan(COUNT / 5);
    expect([rdkit.open, rdkit.crashes]).toEqual([0, 0]);
    expect([stderr, error].map(({ mock }) => mock.calls)).toEqual([[], []]);
    vi.restoreAllMocks();

    // An instance that has seen nothing bad gives the same.
    const fresh = await createRdkit();
    expect(good.size).toBeGreaterThan(20);
    for (const [i, row] of good) expect(await featuresOf(fresh, smiles[i]!, kinds)).toEqual(row);
  });

  it("are the same for a seed, and of every sort", () => {
    const some = hostileSmiles(200, 1);
    expect(hostileSmiles(200, 1)).toEqual(some);
    expect(hostileSmiles(200, 2)).not.toEqual(some);
    expect(some.slice(0, 50).some((text) => text.includes(">>"))).toBe(true);
    expect(HOSTILE_SORTS.length).toBeGreaterThan(20);
  });
});
