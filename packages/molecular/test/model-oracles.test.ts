import { type NDArray, type Tree } from "@outrigger/core/graph/array";
import { compile } from "@outrigger/core/graph/index";
import type { Params, ParamsTensors } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { beforeAll, describe, expect, it } from "vitest";
import { moleculeGraphs } from "../src/feature/featurize.ts";
import { attentiveFp } from "../src/model/attentive-fp.ts";
import { dMpnn } from "../src/model/d-mpnn.ts";
import { gcn } from "../src/model/gcn.ts";
import { gin } from "../src/model/gin.ts";
import type { GraphModel } from "../src/model/graph-model.ts";
import type { Graphs } from "../src/model/graphs.ts";
import { ATOM_VOCABULARY, BOND_VOCABULARY, type MoleculeGraph } from "../src/molecule/molecule-graph.ts";
import { byMolecule, largestGap, MOLECULES, noisyParams, oneBatch } from "./fixtures/graph-runs.ts";

// Each model once more in plain loops in double precision, one molecule at a time, from lists of bonds and category numbers.

type Vector = number[];
type P = { readonly [key: string]: P } & NDArray;

const zeros = (n: number): Vector => new Array<number>(n).fill(0);
const add = (a: Vector, b: Vector): Vector => a.map((v, i) => v + b[i]!);
const scale = (a: Vector, c: number): Vector => a.map((v) => v * c);
const dot = (a: Vector, b: Vector): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
const relu = (a: Vector): Vector => a.map((v) => Math.max(0, v));
const leaky = (v: number): number => (v > 0 ? v : 0.01 * v);
const elu = (v: number): number => (v > 0 ? v : Math.exp(v) - 1);
const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const sumOf = (vectors: Vector[], width: number): Vector => vectors.reduce(add, zeros(width));
const numbers = ({ data }: NDArray): Vector => Array.from(data);

function times(x: Vector, { data, shape }: NDArray): Vector {
  const [rows, columns] = shape as [number, number];
  expect(x).toHaveLength(rows);
  return Array.from({ length: columns }, (_, c) =>
    x.reduce((sum, v, r) => sum + v * data[r * columns + c]!, 0),
  );
}
const affine = (x: Vector, p: P): Vector => add(times(x, p["kernel"]!), numbers(p["bias"]!));

function norm(x: Vector, p: P): Vector {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
  const [by, to] = [numbers(p["scale"]!), numbers(p["shift"]!)];
  return x.map((v, i) => (by[i]! * (v - mean)) / Math.sqrt(variance + 1e-5) + to[i]!);
}
const block = (x: Vector, p: P): Vector => norm(affine(relu(affine(x, p["up"]!)), p["down"]!), p["norm"]!);

/** The sum of one row of the table a feature. */
function looked(p: P, features: Int32Array, at: number, vocabulary: readonly number[]): Vector {
  const { data, shape } = p["table"] as NDArray;
  const width = shape[1]!;
  let [offset, sum] = [0, zeros(width)];
  vocabulary.forEach((count, f) => {
    const row = offset + features[at * vocabulary.length + f]!;
    sum = add(sum, Array.from(data.slice(row * width, (row + 1) * width)));
    offset += count;
  });
  return sum;
}
const atomVectors = (p: P, graph: MoleculeGraph): Vector[] =>
  Array.from({ length: graph.atomCount }, (_, i) => looked(p, graph.atoms, i, ATOM_VOCABULARY));

interface Directed {
  readonly from: number;
  readonly to: number;
  readonly bond: number;
}
const edgesOf = ({ edges, bondCount }: MoleculeGraph): Directed[] =>
  Array.from({ length: bondCount }, (_, bond) => [edges[2 * bond]!, edges[2 * bond + 1]!] as const).flatMap(
    ([a, b], bond) => [
      { from: a, to: b, bond },
      { from: b, to: a, bond },
    ],
  );
const meanOf = (vectors: Vector[]): Vector => scale(sumOf(vectors, vectors[0]!.length), 1 / vectors.length);
const headOf = (params: Params, z: Vector): number => affine(z, params.heads["y"] as unknown as P)[0]!;

function messagePassing(params: Params, graph: MoleculeGraph, kind: "gin" | "gcn"): number {
  const trunk = params.trunk as unknown as P;
  const edges = edgesOf(graph);
  const rounds = Object.values(trunk["rounds"] as unknown as P[]);
  let h = atomVectors(trunk["atom"]!, graph);
  let v = trunk["virtual"] && numbers(trunk["virtual"]);
  for (const [l, p] of rounds.entries()) {
    const u = v ? h.map((x) => add(x, v!)) : h;
    const x = kind === "gcn" ? u.map((each) => affine(each, p["linear"]!)) : u;
    const degree = (i: number): number => 1 + edges.filter(({ to }) => to === i).length;
    h = x.map((own, i) => {
      const messages = edges
        .filter(({ to }) => to === i)
        .map(({ from, bond }) => {
          const message = relu(add(x[from]!, looked(p["bond"]!, graph.bonds, bond, BOND_VOCABULARY)));
          return kind === "gcn" ? scale(message, 1 / Math.sqrt(degree(from) * degree(i))) : message;
        });
      const heard = sumOf(messages, own.length);
      const updated =
        kind === "gcn"
          ? norm(add(heard, scale(relu(add(own, numbers(p["root"]!))), 1 / degree(i))), p["norm"]!)
          : block(add(scale(own, 1 + p["epsilon"]!.data[0]!), heard), p["update"]!);
      return l === rounds.length - 1 ? updated : relu(updated);
    });
    if (v && p["virtual"]) v = relu(block(add(v, sumOf(u, v.length)), p["virtual"]));
  }
  return headOf(params, meanOf(h));
}

function directedMessages(params: Params, graph: MoleculeGraph, depth: number): number {
  const trunk = params.trunk as unknown as P;
  const edges = edgesOf(graph);
  const starts = atomVectors(trunk["atom"]!, graph);
  const own = atomVectors(trunk["ownAtom"]!, graph);
  const width = own[0]!.length;
  const a = edges.map(({ from, bond }) =>
    add(starts[from]!, looked(trunk["bond"]!, graph.bonds, bond, BOND_VOCABULARY)),
  );
  let h = a.map(relu);
  for (let step = 1; step < depth; step++) {
    const before = h;
    h = edges.map(({ from, to }, e) => {
      // All bonds that arrive where this one starts, but for the one that comes back from where it ends.
      const arriving = edges.flatMap((other, k) =>
        other.to === from && other.from !== to ? [before[k]!] : [],
      );
      return relu(add(a[e]!, times(sumOf(arriving, width), trunk["message"]!)));
    });
  }
  const atoms = own.map((x, i) => {
    const arriving = sumOf(
      h.filter((_, e) => edges[e]!.to === i),
      width,
    );
    return relu(add(x, affine(arriving, trunk["collect"]!)));
  });
  return headOf(params, relu(affine(meanOf(atoms), trunk["hidden"]!)));
}

function gruOf(p: P, x: Vector, h: Vector): Vector {
  const width = h.length;
  const [fromInput, fromState] = [
    add(times(x, p["kernel"]!), numbers(p["bias"]!)),
    times(h, p["recurrent"]!),
  ];
  const bias = numbers(p["candidateBias"]!);
  return h.map((old, i) => {
    const reset = sigmoid(fromInput[i]! + fromState[i]!);
    const keep = sigmoid(fromInput[width + i]! + fromState[width + i]!);
    const candidate = Math.tanh(fromInput[2 * width + i]! + reset * (fromState[2 * width + i]! + bias[i]!));
    return (1 - keep) * candidate + keep * old;
  });
}

function attend(p: P, state: Vector, members: Vector[]): Vector {
  const scores = members.map((x) =>
    leaky(dot(relu(state), numbers(p["own"]!)) + dot(x, numbers(p["member"]!)) + p["bias"]!.data[0]!),
  );
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  const transform = p["transform"]!;
  // The paper's order: members are transformed, then weighted.
  const parts = members.map((x, e) => scale(times(x, transform["kernel"]!), Math.exp(scores[e]!) / total));
  const context = add(sumOf(parts, state.length), numbers(transform["bias"]!)).map(elu);
  return gruOf(p["gru"]!, context, state);
}

function attentive(params: Params, graph: MoleculeGraph, steps: number): number {
  const trunk = params.trunk as unknown as P;
  const edges = edgesOf(graph);
  let h = atomVectors(trunk["atom"]!, graph).map((x) => x.map(leaky));
  let neighbours = edges.map(({ from, bond }) =>
    add(
      affine(h[from]!, trunk["neighbour"]!),
      looked(trunk["bond"]!, graph.bonds, bond, BOND_VOCABULARY),
    ).map(leaky),
  );
  Object.values(trunk["rounds"] as unknown as P[]).forEach((p, l) => {
    if (l > 0) neighbours = edges.map(({ from }) => relu(h[from]!));
    h = h.map((state, i) =>
      attend(
        p,
        state,
        neighbours.filter((_, e) => edges[e]!.to === i),
      ),
    );
  });
  const atoms = h.map(relu);
  let m = sumOf(atoms, atoms[0]!.length);
  for (let t = 0; t < steps; t++) m = attend(trunk["molecule"]!, m, atoms);
  return headOf(params, m);
}

let graphs: MoleculeGraph[];
beforeAll(async () => {
  graphs = await moleculeGraphs(MOLECULES, { cache: false });
});

const sizes = { tasks: ["y"], width: 7, depth: 3, dropout: 0 };
const TWINS: readonly (readonly [string, GraphModel, (params: Params, graph: MoleculeGraph) => number])[] = [
  ["gin with virtual node", gin(sizes), (p, g) => messagePassing(p, g, "gin")],
  ["gin without virtual node", gin({ ...sizes, virtualNode: false }), (p, g) => messagePassing(p, g, "gin")],
  ["gcn with virtual node", gcn(sizes), (p, g) => messagePassing(p, g, "gcn")],
  ["gcn without virtual node", gcn({ ...sizes, virtualNode: false }), (p, g) => messagePassing(p, g, "gcn")],
  ["d-mpnn", dMpnn(sizes), (p, g) => directedMessages(p, g, 3)],
  ["attentive-fp", attentiveFp({ ...sizes, steps: 3 }), (p, g) => attentive(p, g, 3)],
];

describe("the same function in plain loops", () => {
  it.each(TWINS)("%s", async (_, model, twin) => {
    const params = noisyParams(model, 5);
    const batch = oneBatch(graphs);
    const compiled = compile(
      ((p: ParamsTensors, b: ColumnBatch<Graphs>) => model.apply(p, b, { training: false })["y"]) as never,
      { runtime: "onnx", device: "cpu", threads: 1 },
    );
    const { data } = (await compiled(params as Tree<NDArray>, batch as never)) as NDArray;
    await compiled.dispose();
    const expected = graphs.map((graph) => twin(params, graph));
    expect(new Set(expected).size).toBe(graphs.length);
    expect(largestGap(byMolecule(batch, data), expected)).toBeLessThan(1e-5);
  });
});
