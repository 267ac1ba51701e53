import { afterEach, describe, expect, it, vi } from "vitest";
import { fragmentKind, graphIndexKind } from "../src/book/candidate-kinds.ts";
import { enumeratedSmiles } from "../src/data/enumerated.ts";
import type { Batch, Row } from "../src/feature/compute.ts";
import {
  type Engine,
  growingEngine,
  inOrder,
  localEngine,
  type WorkerReport,
} from "../src/feature/engine.ts";
import { featurize } from "../src/feature/featurize.ts";
import {
  canonicalKind,
  descriptorKind,
  fingerprintKind,
  graphKind,
  type KindSpec,
  scaffoldKind,
} from "../src/feature/kinds.ts";
import { poolEngine } from "../src/feature/pool.ts";
import { featurizeStream } from "../src/feature/stream.ts";
import { sharedRdkit } from "../src/molecule/rdkit.ts";

const SPECS: readonly KindSpec[] = [{ of: "canonical" }];
const script = (name: string): URL => new URL(`support/${name}-worker.ts`, import.meta.url);
const batch = (smiles: readonly string[]): Batch => ({ smiles, wanted: smiles.map(() => [true]) });
const text = (row: Row): string =>
  row.ok ? new TextDecoder().decode(row.value[0]!) : `${row.problem.fault}: ${row.problem.reason}`;
const never = (reason: string): never => {
  throw new Error(reason);
};

afterEach(() => vi.restoreAllMocks());

describe("workers", () => {
  it("give what one thread gives, in the same order, and leave no handle open", async () => {
    const kinds = {
      values: descriptorKind,
      graph: graphKind,
      bits: fingerprintKind({ kind: "morgan", radius: 3, bits: 512 }),
      scaffold: scaffoldKind(true),
      name: canonicalKind,
      indices: graphIndexKind,
      fragments: fragmentKind,
    };
    const smiles = [...enumeratedSmiles(320), "F/C=C/F", "C[C@H](N)C(=O)O", "[Na+].[Cl-]"];
    const reports: WorkerReport[] = [];
    const onWorkers = (all: readonly WorkerReport[]): void => void reports.push(...all);
    const spread = await featurize(smiles, kinds, { cache: false, workers: 2, onWorkers });
    expect(reports.length).toBe(2);
    expect(reports.map(({ open, crashes }) => [open, crashes])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(reports.reduce((sum, { molecules }) => sum + molecules, 0)).toBe(smiles.length);
    expect(spread).toEqual(await featurize(smiles, kinds, { cache: false, workers: 0 }));
  });

  it("that end on a molecule are replaced, at the cost of that row", async () => {
    const pool = poolEngine({ workers: 1, kinds: SPECS, fallback: never, script: script("crashing") });
    const heard = vi.fn<() => void>();
    const rows = await pool.run(batch(["OCC", "[Xe]", "CN", "xyz", "[Xe]", "NCC"]), heard);
    const crash = "crashed: The worker thread that computed it ended: exit code 7.";
    expect(rows.map(text)).toEqual([
      "CCO",
      crash,
      "CN",
      expect.stringMatching(/^unparsable: .*syntax error/),
      crash,
      "CCN",
    ]);
    expect(heard).toHaveBeenCalledTimes(6);
    expect((await pool.run(batch(["C"]), heard)).map(text)).toEqual(["C"]);
    expect(await pool.close()).toMatchObject([{ open: 0, crashes: 0 }]);
  });

  it("that cannot be started leave the work to this thread", async () => {
    const local = localEngine(await sharedRdkit(), [canonicalKind]);
    const reasons: string[] = [];
    const pool = poolEngine({
      workers: 2,
      kinds: SPECS,
      script: script("broken"),
      fallback(reason) {
        reasons.push(reason);
        return local;
      },
    });
    const heard = vi.fn<() => void>();
    const results = await Promise.all(["OC", "NC", "CF"].map((smiles) => pool.run(batch([smiles]), heard)));
    expect(results.flat().map(text)).toEqual(["CO", "CN", "CF"]);
    expect(heard).toHaveBeenCalledTimes(3);
    expect(reasons).toEqual(["no memory for it"]);
    expect(await pool.close()).toEqual([]);
  });

  it("are not started for what one thread does as soon", async () => {
    const used: string[] = [];
    const engine = (name: string): Engine => ({
      ahead: name === "small" ? 1 : 4,
      run: ({ smiles }) => {
        used.push(`${name} ${smiles.length}`);
        return Promise.resolve([]);
      },
      close: () => Promise.resolve([]),
    });
    const growing = growingEngine(engine("small"), () => engine("large"), 3);
    for (const smiles of [["a", "b"], ["c"], ["d"], ["e", "f"]])
      await growing.run(batch(smiles), () => undefined);
    expect(used).toEqual(["small 2", "small 1", "large 1", "large 2"]);
    expect(growing.ahead).toBe(4);
  });
});

describe("work in order", () => {
  it("keeps the order and reads the source no further ahead than it may", async () => {
    let read = 0;
    function* numbers(): Generator<number> {
      for (; read < 20; ) yield read++;
    }
    const later = (n: number): Promise<number> =>
      new Promise((resolve) => {
        setTimeout(() => resolve(n), (n * 7) % 5);
      });
    const seen: number[] = [];
    for await (const n of inOrder(numbers(), later, () => 3)) {
      seen.push(n);
      expect(read - seen.length).toBeLessThanOrEqual(3);
    }
    expect(seen).toEqual([...new Array(20).keys()]);
  });

  it("passes a failure on in its turn", async () => {
    const work = (n: number): Promise<number> =>
      n === 2 ? Promise.reject(new Error("two")) : Promise.resolve(n);
    const seen: number[] = [];
    const all = async (): Promise<void> => {
      for await (const n of inOrder([0, 1, 2, 3], work, () => 4)) seen.push(n);
    };
    await expect(all()).rejects.toThrow("two");
    expect(seen).toEqual([0, 1]);
  });
});

describe("a stream", () => {
  const kinds = { name: canonicalKind, graph: graphKind };

  it("reports bad rows where they stand, and goes on", async () => {
    const source = ["OCC", "", "xyz", "C".repeat(5000), "NC", "[Na+].[Cl-]", "CF"];
    const rows: string[] = [];
    const froms: number[] = [];
    for await (const chunk of featurizeStream(source, kinds, { cache: false, chunk: 3 })) {
      froms.push(chunk.from);
      for (const [i, row] of chunk.rows.entries()) {
        expect(chunk.smiles[i]).toBe(source[chunk.from + i]);
        rows.push(row.ok ? `${row.value.name} ${row.value.graph.atomCount}` : row.problem.fault);
      }
    }
    expect(froms).toEqual([0, 3, 6]);
    expect(rows).toEqual(["CCO 3", "empty", "unparsable", "too-long", "CN 2", "[Cl-].[Na+] 2", "CF 2"]);
  });

  it("holds a source back whose rows are not taken, and closes it when it is left", async () => {
    let read = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) {
          read++;
          yield "C";
        }
      } finally {
        closed = true;
      }
    }
    for await (const { rows } of featurizeStream(endless(), kinds, { cache: false, chunk: 10 })) {
      expect(rows.length).toBe(10);
      if (read >= 50) break;
    }
    expect(read).toBeLessThanOrEqual(60);
    expect(closed).toBe(true);
  });
});
