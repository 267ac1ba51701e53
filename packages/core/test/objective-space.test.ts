import { readFileSync } from "node:fs";
import { array, compile, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { attention } from "@outrigger/core/nn/attention";
import { probabilitiesOf, valuesOf } from "@outrigger/core/procedure/objective-space/probabilities";
import {
  type Cell,
  cellName,
  type ObjectiveSpaceOptions,
  objectiveSpace,
} from "@outrigger/core/procedure/objective-space/space";
import { tabularSpace } from "@outrigger/core/procedure/objective-space/tabular";
import { type TokenInputs, tokenSpace, visible } from "@outrigger/core/procedure/objective-space/tokens";
import { Random } from "@outrigger/core/random";
import { binary, regression } from "@outrigger/core/train/task";
import { climbed, zeroLogits } from "@outrigger/core/weighting/gram/factored-logits";
import type { Tensor } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { expectClose } from "./support/ask.ts";
import { thrown } from "./support/errors.ts";
import { stream } from "./support/sequences.ts";

type Table = number[][][][];
const { aang_factored: stored } = JSON.parse(
  readFileSync(new URL("./fixtures/stateful-methods.json", import.meta.url), "utf8"),
) as {
  aang_factored: { upstream_grad_minus_cos: Table; lr: number; weights_after: Table; all_after: Table };
};

const two = {
  stages: { input: ["0", "1"], transform: ["0", "1"], representation: ["0"], output: ["0", "1"] },
  illegal: [{ input: "1", transform: "1", output: "1" }],
  build: () => {
    throw new Error("not built here");
  },
} satisfies ObjectiveSpaceOptions<unknown>;

describe("a space", () => {
  const at = (table: Table, { input, transform, output }: Cell): number =>
    table[Number(input)]![Number(transform)]![0]![Number(output)]!;

  it("has every legal combination, and the stored logits and probabilities after a step", () => {
    const { cells } = objectiveSpace(two);
    expect(cells.map(cellName)).toEqual([
      "0 / 0 / 0 / 0",
      "0 / 0 / 0 / 1",
      "0 / 1 / 0 / 0",
      "0 / 1 / 0 / 1",
      "1 / 0 / 0 / 0",
      "1 / 0 / 0 / 1",
      "1 / 1 / 0 / 0",
    ]);
    const values = cells.map(valuesOf);
    const all = cells.map((cell) => -at(stored.upstream_grad_minus_cos, cell));
    const rates = { learningRate: stored.lr, splitLearningRate: 1 };
    const moved = climbed(zeroLogits(values), values, { all, split: [0.5, -0.5] }, rates);
    expectClose(
      moved.all,
      cells.map((cell) => at(stored.all_after, cell)),
      1e-12,
    );
    const table = probabilitiesOf(moved, cells);
    const wanted = cells.map((cell) => at(stored.weights_after, cell));
    expectClose(Object.values(table.cells), wanted, 1e-12);
    expect(table.primary).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    expect(table.primary + table.auxiliary).toBeCloseTo(1, 12);
    expect(table.stages.input["1"]).toBeCloseTo(wanted[4]! + wanted[5]! + wanted[6]!, 12);
    expect(table.stages.representation).toEqual({ 0: expect.closeTo(1, 12) });
  });

  it("refuses what cannot be meant", () => {
    const message = (options: Partial<ObjectiveSpaceOptions<unknown>>): string =>
      thrown(() => objectiveSpace({ ...two, ...options })).message;
    expect(message({ stages: { ...two.stages, representation: [] } })).toContain(
      '"representation" has no value',
    );
    expect(message({ stages: { ...two.stages, output: ["a", "a"] }, illegal: [] })).toContain('"a" twice');
    expect(message({ illegal: [{ input: "0" }] })).toContain("names 1 stages");
    expect(message({ illegal: [{ input: "0", output: "2" }] })).toContain('"output" has no value "2"');
    expect(message({ illegal: ["0", "1"].flatMap((input) => [{ input, representation: "0" }]) })).toContain(
      "the space is empty",
    );
  });
});

const [rows, width] = [40, 6];
/** The last five rows are padding. */
const there = Float32Array.from({ length: rows }, (_, i) => (i < 35 ? 1 : 0));
const column = { labels: { y: array(there.map((_, i) => i)) }, masks: { y: array(there) } };
const foreign = {
  inputs: array(new Float32Array(7 * width).fill(9), [7, width]),
  labels: [1, 2, Number.NaN, 4, 5, 6, 7],
};

describe("a space of rows", () => {
  const batch = {
    ...column,
    inputs: array(
      Float32Array.from({ length: rows * width }, (_, i) => i + 1),
      [rows, width],
    ),
  };
  const space = tabularSpace({
    inputs: { task: "batch", other: foreign, plain: { inputs: foreign.inputs } },
    primary: regression({ name: "y", role: "primary" }),
    rate: 0.4,
  });
  const make = (input: string, transform: string, output = "reconstruct") => {
    const made = space
      .build({ input, transform, representation: "none", output })
      .make(batch, Random.seeded(3, "made"));
    return { ...made, target: made.target as { clean: NDArray; where: NDArray } };
  };

  it("reconstructs nothing that is whole, and asks no labels of who has none", () => {
    const names = space.cells.map(cellName);
    expect(names).toHaveLength(5 + 5 + 2);
    expect(names.filter((name) => name.includes("none / none / reconstruct"))).toEqual([]);
    expect(names.filter((name) => name.startsWith("plain"))).toEqual([
      "plain / mask / none / reconstruct",
      "plain / swap / none / reconstruct",
    ]);
  });

  it("masks about as many entries as asked, of rows that are there", () => {
    const before = [...batch.inputs.data];
    const { batch: made, target } = make("task", "mask");
    const where = [...target.where.data];
    const share = where.reduce((a, b) => a + b) / (35 * width);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.5);
    expect(where.slice(35 * width).every((value) => value === 0)).toBe(true);
    made.inputs.data.forEach((value: number, i: number) => {
      expect(value).toBe(where[i] === 1 ? 0 : before[i]);
    });
    expect([...target.clean.data]).toEqual(before);
    expect([...batch.inputs.data]).toEqual(before);
  });

  it("swaps entries with rows that are there, within their column", () => {
    const { batch: made, target } = make("task", "swap");
    let moved = 0;
    made.inputs.data.forEach((value: number, i: number) => {
      const from = value - 1;
      expect(from % width).toBe(i % width);
      expect(from).toBeLessThan(35 * width + (target.where.data[i] === 1 ? 0 : rows * width));
      if (from !== i) moved++;
      if (target.where.data[i] === 0) expect(from).toBe(i);
    });
    expect(moved).toBeGreaterThan(40);
  });

  it("draws other tables' rows with their labels, and the same from the same stream", () => {
    const { batch: made } = make("other", "none", "label");
    expect(made.inputs.data.every((value: number) => value === 9)).toBe(true);
    const [labels, mask] = [made.labels["y"]!.data, made.masks["y"]!.data];
    expect(labels.every((label: number, i: number) => (mask[i] === 0 ? label === 0 : label >= 1))).toBe(true);
    expect(new Set(labels).size).toBeGreaterThan(4);
    expect(mask.some((value: number) => value === 0)).toBe(true);
    expect(make("other", "swap")).toEqual(make("other", "swap"));
  });

  it("loses by the mean square of what was taken out, or as the primary does", async () => {
    const { loss } = space.build({
      input: "task",
      transform: "mask",
      representation: "none",
      output: "reconstruct",
    });
    const target = { clean: array([1, 2, 3, 4], [2, 2]), where: array([1, 1, 0, 0], [2, 2]) };
    const run = compile(((output: Tensor, t: never) => loss(output, {} as never, t)) as never);
    const found = (await run(array([0, 0, 0, 0], [2, 2]), target)) as unknown as {
      values: NDArray;
      mask: NDArray;
    };
    await run.dispose();
    expect([...found.values.data, ...found.mask.data]).toEqual([2.5, 0, 1, 0]);
    const label = space.build({ input: "task", transform: "mask", representation: "none", output: "label" });
    const asked = compile(((output: Tensor, b: never) => label.loss(output, b, [])) as never);
    const given = { inputs: array([0]), labels: { y: array([3]) }, masks: { y: array([1]) } };
    expect(((await asked(array([1]), given)) as unknown as { values: NDArray }).values.data[0]).toBe(4);
    await asked.dispose();
  });

  it("refuses tables and rates that cannot be used", () => {
    const primary = regression({ name: "y", role: "primary" });
    const space = (inputs: object, rate?: number) => () =>
      tabularSpace({ inputs: inputs as never, primary, ...(rate !== undefined && { rate }) });
    expect(thrown(space({ task: "batch" }, 0)).code).toBe("bad-option");
    expect(thrown(space({ other: { inputs: array([], [0, 2]) } })).message).toContain("0 rows");
    expect(thrown(space({ other: { ...foreign, labels: [1] } })).message).toContain("7 rows and 1 labels");
  });
});

describe("a space of tokens", () => {
  const [length, vocabulary, mask] = [8, 12, 1];
  const words = Int32Array.from({ length: rows * length }, (_, i) => (i % length < 6 ? 2 + (i % 10) : 0));
  const inputs = {
    tokens: array(words, [rows, length]),
    sees: array(new Float32Array(2 * rows).fill(1), [rows, 2]),
  };
  const batch = { ...column, inputs };
  const space = tokenSpace({
    inputs: { task: "batch" },
    primary: binary({ name: "y", role: "primary" }),
    vocabulary,
    mask,
    rate: 0.5,
  });
  const build = (transform: string, representation: string, output = "denoise") =>
    space.build({ input: "task", transform, representation, output });
  const make = (transform: string, representation = "none") => {
    const made = build(transform, representation).make(batch, Random.seeded(3, "made"));
    const { clean, where } = made.target as { clean: NDArray; where: NDArray };
    const read = made.batch.inputs as unknown as TokenInputs<NDArray>;
    return {
      read: [...read.tokens.data],
      sees: read.sees.data.slice(0, 2),
      clean: [...clean.data],
      where: [...where.data],
    };
  };
  const taken = (made: ReturnType<typeof make>): number[] =>
    [...words.keys()].filter((i) => made.where[i] === 1);

  it("denoises whole sequences only where something is hidden", () => {
    const names = space.cells.map(cellName);
    expect(names).toHaveLength(4 * 3 * 2 - 1);
    expect(names).not.toContain("task / none / none / denoise");
  });

  it("hides tokens behind the mask, behind other tokens, or as BERT", () => {
    for (const transform of ["mask", "replace", "bert"]) {
      const made = make(transform);
      const at = taken(made);
      expect(at.length / (35 * 6)).toBeCloseTo(0.5, 0);
      expect(at.every((i) => words[i] !== 0 && i < 35 * length)).toBe(true);
      expect(made.clean).toEqual([...words]);
      made.read.forEach((token, i) => {
        if (!at.includes(i)) expect(token).toBe(words[i]);
      });
      const masked = at.filter((i) => made.read[i] === mask).length / at.length;
      if (transform === "mask") expect(masked).toBe(1);
      if (transform === "replace") expect(masked).toBe(0);
      if (transform === "bert") expect(Math.abs(masked - 0.8)).toBeLessThan(0.12);
      expect(at.every((i) => made.read[i]! > 0 && made.read[i]! < vocabulary)).toBe(true);
    }
  });

  it.each([
    ["left-to-right", 1, [1, 0]],
    ["right-to-left", -1, [0, 1]],
  ] as const)("asks for the neighbour that is not seen: %s", (representation, says, sees) => {
    const made = make("none", representation);
    expect([...made.sees]).toEqual(sees);
    for (let i = 0; i < words.length; i++) {
      const t = (i % length) + says;
      const asked = i < 35 * length && words[i] !== 0 && t >= 0 && t < 6;
      expect(made.where[i], `position ${i}`).toBe(asked ? 1 : 0);
      if (asked) expect(made.clean[i]).toBe(words[i + says]);
    }
  });

  it("is surprised by −log p of what it asks for", async () => {
    const { loss } = build("mask", "none");
    const output = array(
      Float32Array.from({ length: 2 * 2 * vocabulary }, (_, i) => (i === 3 ? 2 : 0)),
      [2, 2, vocabulary],
    );
    const target = { clean: array(Int32Array.of(3, 1, 1, 1), [2, 2]), where: array([1, 0, 0, 0], [2, 2]) };
    const run = compile(((o: Tensor, t: never) => loss(o, {} as never, t)) as never);
    const { values, mask: counted } = (await run(output, target)) as unknown as {
      values: NDArray;
      mask: NDArray;
    };
    await run.dispose();
    expectClose([...values.data], [Math.log(Math.exp(2) + 11) - 2, 0], 1e-6);
    expect([...counted.data]).toEqual([1, 0]);
  });

  it("lets attention see what the representation says: as causal attention does, and the other way round", async () => {
    const [size, heads] = [6, 2];
    const tokens = array(Int32Array.of(3, 4, 5, 6), [1, 4]);
    const x = array(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(1 + 1.7 * i)),
      [1, 4, 6],
    );
    const layer = attention({ size, heads });
    const causal = attention({ size, heads, causal: true });
    const params = layer.init(stream());
    const mode = { training: false };
    const flipped = (data: NDArray): NDArray =>
      array(
        Float32Array.from(data.data, (_, i) => data.data[(3 - Math.floor(i / 6)) * 6 + (i % 6)]!),
        data.shape,
      );
    const run = compile(((p: never, v: Tensor, read: TokenInputs) =>
      layer.apply(p, v, mode, visible(read))) as never);
    const wanted = compile(((p: never, v: Tensor) => causal.apply(p, v, mode)) as never);
    const seen = async (sees: number[]): Promise<NDArray> =>
      (await run(params as unknown as Tree<NDArray>, x, { tokens, sees: array(sees, [1, 2]) })) as NDArray;
    const own = (await wanted(params as unknown as Tree<NDArray>, x)) as NDArray;
    expectClose([...(await seen([1, 0])).data], [...own.data], 1e-6);
    const back = (await wanted(params as unknown as Tree<NDArray>, flipped(x))) as NDArray;
    expectClose([...(await seen([0, 1])).data], [...flipped(back).data], 1e-6);
    for (const one of [run, wanted]) await one.dispose();
  });

  it("hides padding, and refuses a mask that is no token", async () => {
    const run = compile(((read: TokenInputs) => visible(read)) as never);
    const found = (await run({
      tokens: array(Int32Array.of(3, 4, 0), [1, 3]),
      sees: array([1, 0], [1, 2]),
    })) as NDArray;
    await run.dispose();
    expect([...found.data]).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 0]);
    const primary = binary({ name: "y", role: "primary" });
    expect(
      thrown(() => tokenSpace({ inputs: { task: "batch" }, primary, vocabulary: 12, mask: 12 })).code,
    ).toBe("bad-option");
  });
});
