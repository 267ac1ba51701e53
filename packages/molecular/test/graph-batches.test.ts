import { column } from "@outrigger/core/data/column";
import { array } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import { beforeAll, describe, expect, it } from "vitest";
import { ATOM_WIDTH, graphBatches, type HostGraphBatch } from "../src/batch/graph-batches.ts";
import { budgetOf, pack } from "../src/batch/pack.ts";
import { enumeratedSmiles } from "../src/data/enumerated.ts";
import { moleculeGraphs } from "../src/feature/featurize.ts";
import { ATOM_VOCABULARY, type MoleculeGraph } from "../src/molecule/molecule-graph.ts";

const smiles = [
  ...enumeratedSmiles(45),
  "C",
  "[Na+].[Cl-]",
  "c1ccc2c(c1)ccc1c2ccc2c1cccc2CCCCCCCCCCCCCCCCCCCC",
];
let graphs: MoleculeGraph[];
beforeAll(async () => {
  graphs = await moleculeGraphs(smiles, { cache: false });
});
const rows = Array.from(smiles.keys());
const ids = column("id", rows);
const batches = (size = 8, extra = {}) =>
  graphBatches({ graphs, columns: { id: ids }, rows, batchSize: size, ...extra });
const labels = ({ labels, masks }: HostGraphBatch): number[] =>
  Array.from(labels["id"]!.data).filter((_, i) => masks["id"]!.data[i] === 1);

describe("pack", () => {
  const sizes = Array.from({ length: 203 }, (_, i) => ({
    atoms: 1 + ((i * 37) % 29),
    edges: 2 * ((i * 37) % 29),
  }));

  it("puts every molecule into exactly one of ⌈N/B⌉ batches within the budget, whatever the order", () => {
    for (const slack of [0, 0.5, 3]) {
      const budget = budgetOf(sizes, 16, slack);
      for (let seed = 0; seed < 40; seed++) {
        const packed = pack(sizes, budget, seed === 0 ? null : Random.seeded(seed, "pack"));
        expect(packed).toHaveLength(13);
        expect(packed.flat().sort((a, b) => a - b)).toEqual(Array.from(sizes.keys()));
        for (const batch of packed) {
          expect(batch.length).toBeLessThanOrEqual(16);
          expect(batch.reduce((sum, i) => sum + sizes[i]!.atoms, 0)).toBeLessThanOrEqual(budget.atoms);
          expect(batch.reduce((sum, i) => sum + sizes[i]!.edges, 0)).toBeLessThanOrEqual(budget.edges);
        }
      }
    }
  });

  it("holds one molecule that is larger than everything else together", () => {
    const odd = [...Array.from({ length: 20 }, () => ({ atoms: 3, edges: 4 })), { atoms: 500, edges: 1000 }];
    const budget = budgetOf(odd, 4, 1);
    expect(budget.atoms).toBeGreaterThanOrEqual(500);
    expect(pack(odd, budget, Random.seeded(0, "pack")).flat()).toHaveLength(21);
  });
});

describe("graphBatches", () => {
  it("keeps one shape, every molecule once an epoch, and another order every epoch", () => {
    const source = batches();
    const stream = Random.seeded(5, "shuffle");
    const [first, second] = [[...source.epoch(stream)], [...source.epoch(stream)]];
    for (const epoch of [first, second]) {
      expect(epoch).toHaveLength(source.size);
      expect(epoch.flatMap(labels).sort((a, b) => a - b)).toEqual(rows);
    }
    const shapes = [...first, ...second, ...source.epoch(null)].map(({ inputs }) =>
      JSON.stringify(Object.values(inputs).map((x) => x.shape)),
    );
    expect(new Set(shapes).size).toBe(1);
    expect(first.map(labels)).not.toEqual(second.map(labels));
    expect([...source.epoch(Random.seeded(5, "shuffle"))]).toEqual(first);
  });

  it("fills all batches but the last in fixed order, and says which molecule each sample is", () => {
    const source = batches(7);
    const epoch = [...source.epoch(null)];
    expect(epoch.slice(0, -1).every((batch) => labels(batch).length === 7)).toBe(true);
    expect(epoch.flatMap(labels)).toEqual(source.rows);
    expect(source.samples).toBe(smiles.length);
  });

  it("writes each atom's features, molecule and bonds, both ways, and nothing else", () => {
    for (const { inputs, labels, masks } of batches().epoch(null)) {
      const { atoms, source, target, graph } = inputs;
      let [atom, edges] = [0, 0];
      for (let g = 0; g < 8 && masks["id"]!.data[g] === 1; g++) {
        const molecule = graphs[labels["id"]!.data[g]!]!;
        const pairs = new Set<string>();
        for (let e = 0; e < target.data.length; e++) {
          const to = target.data[e]!;
          if (to >= atom && to < atom + molecule.atomCount)
            pairs.add(`${source.data[e]! - atom}-${to - atom}`);
        }
        const expected = Array.from({ length: molecule.bondCount }, (_, b) => [
          molecule.edges[2 * b]!,
          molecule.edges[2 * b + 1]!,
        ]);
        expect(pairs).toEqual(new Set(expected.flatMap(([a, b]) => [`${a}-${b}`, `${b}-${a}`])));
        for (let i = 0; i < molecule.atomCount; i++, atom++) {
          expect(graph.data[atom]).toBe(g);
          const hot = Array.from({ length: ATOM_WIDTH }, (_, c) => c).filter(
            (c) => atoms.data[atom * ATOM_WIDTH + c] === 1,
          );
          let offset = 0;
          const wanted = ATOM_VOCABULARY.map((count, f) => {
            offset += count;
            return offset - count + molecule.atoms[i * ATOM_VOCABULARY.length + f]!;
          });
          expect(hot).toEqual(wanted);
        }
        edges += 2 * molecule.bondCount;
      }
      expect(target.data.filter((to) => to >= 0)).toHaveLength(edges);
      expect(Array.from(graph.data.slice(atom)).every((g) => g === -1)).toBe(true);
      expect(atoms.data.slice(atom * ATOM_WIDTH).every((x) => x === 0)).toBe(true);
    }
  });

  it("names the reverse of every edge, within its bond, and pads with edges that are their own", () => {
    for (const { inputs } of batches().epoch(Random.seeded(3, "shuffle"))) {
      const { source, target, reverse, bonds } = inputs;
      const width = bonds.shape[1]!;
      const row = (e: number): string => bonds.data.slice(e * width, (e + 1) * width).join();
      const wrong = Array.from(reverse.data, (other, e) => {
        if (target.data[e] === -1) return other === e;
        const turned = source.data[other] === target.data[e] && target.data[other] === source.data[e];
        return turned && reverse.data[other] === e && row(other) === row(e);
      }).indexOf(false);
      expect(wrong).toBe(-1);
    }
  });

  it("spreads the sources of padded edges, so that no atom's row of the gather gradient grows long", () => {
    for (const { inputs } of batches().epoch(Random.seeded(1, "shuffle"))) {
      const padded = new Map<number, number>();
      inputs.target.data.forEach((to, e) => {
        const from = inputs.source.data[e]!;
        if (to === -1) padded.set(from, (padded.get(from) ?? 0) + 1);
      });
      const most = Math.ceil(inputs.target.data.length / inputs.graph.data.length);
      expect(Math.max(0, ...padded.values())).toBeLessThanOrEqual(most);
    }
  });

  it("carries further inputs with their molecules", () => {
    const extra = array(
      Float32Array.from(rows, (row) => 10 * row),
      [rows.length, 1],
    );
    for (const { inputs, labels } of batches(8, { extra }).epoch(Random.seeded(2, "shuffle"))) {
      expect(Array.from(inputs.extra!.data)).toEqual(Array.from(labels["id"]!.data, (id) => 10 * id));
    }
  });

  it("refuses empty splits, unknown rows and columns of another length", () => {
    const columns = { id: ids };
    expect(() => graphBatches({ graphs, columns, rows: [], batchSize: 8 })).toThrow(/no molecules/);
    expect(() => graphBatches({ graphs, columns, rows: [99], batchSize: 8 })).toThrow(/Row 99/);
    expect(() => graphBatches({ graphs, columns, rows, batchSize: 0 })).toThrow(/batchSize is 0/);
    const short = { id: column("id", [1, 2]) };
    expect(() => graphBatches({ graphs, columns: short, rows, batchSize: 8 })).toThrow(
      /2 rows.*48 molecules/,
    );
  });
});
