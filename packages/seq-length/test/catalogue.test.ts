import { Random } from "@outrigger/core";
import { describe, expect, it } from "vitest";
import { auxiliaryNamed, everyAuxiliary } from "../src/catalogue/auxiliaries.ts";
import { everyPosition } from "../src/catalogue/positions.ts";
import { everyScale } from "../src/catalogue/scales.ts";
import { everyTask, takesSymbols, taskNamed } from "../src/catalogue/tasks.ts";
import { listText } from "../src/command/list.ts";
import { testExamples } from "../src/evaluate/by-length.ts";
import { type Configuration, configuration, differences, idRules } from "../src/setup/configuration.ts";
import { instanceOf, prepare } from "../src/setup/prepare.ts";
import { tasks } from "./all-tasks.ts";

const small = { trainLength: 4, long: 8, size: 8, heads: 2, layers: 1 } as const;

describe("the catalogue", () => {
  it("has every task that the tests know, under its own name", () => {
    const names = everyTask().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(taskNamed(name).name).toBe(name);
    // The tests' own variants and index hints, which are made from another task, have no name here.
    const own = tasks.filter(({ name }) => !/key-|by-position|ternary|index-hints/.test(name));
    expect(names).toEqual(expect.arrayContaining(own.map(({ name }) => name)));
  });

  it("lists every entry once, with the sentence that the code says of it", () => {
    const text = listText();
    const all = [...everyTask(), ...everyAuxiliary, ...everyPosition(1), ...everyScale(1)];
    for (const { name, describe } of all) {
      expect(describe).toMatch(/^\S.*\.$/);
      expect(text).toContain(`  ${name.padEnd(27)}  ${describe}`);
    }
    expect(text.split("\n").filter((line) => line.startsWith("  "))).toHaveLength(all.length + idRules.size);
  });

  it("names what there is, and the nearest, for a name that it has not", () => {
    expect(() => taskNamed("revers")).toThrow(
      /no task "revers"\. Did you mean "reverse"\? There are: reverse, /,
    );
    expect(() => auxiliaryNamed("longer-nothing")).toThrow(/no task "nothing"\. There are/);
    expect(() => configuration({ position: "rop" })).not.toThrow();
    expect(() => prepare(configuration({ position: "rop" }))).toThrow(/position encoding "rop".*"rope"/);
    expect(() => configuration({ task: "parity-check", symbols: 5 })).toThrow(/2 symbols of its own/);
  });

  it.each([
    [{ symbols: 1e9 }, /--symbols 1000000000: give a whole number from 1 to 100000/],
    [{ steps: Number.NaN }, /--steps null: give a whole number/],
    [{ auxiliary: "restriction" }, /--auxiliary "restriction": give a list of names/],
    [{ mixing: "both" }, /--mixing "both": give steps or rows/],
    [{ task: 3 }, /--task 3: give a name/],
    [{ stepps: 3 }, /--stepps 3: give options that there are/],
  ])("refuses what a damaged file may hold: %j", (given, said) => {
    expect(() => configuration(given as never)).toThrow(said);
  });
});

describe("a configuration", () => {
  it("is plain JSON, complete, and the same when read again", () => {
    const made = configuration({ task: "sort", auxiliary: ["restriction", "successor"], seed: 3 });
    const read = JSON.parse(JSON.stringify(made)) as Configuration;
    expect(differences(made, read)).toEqual([]);
    expect(configuration(read)).toEqual(made);
    expect(differences(made, { ...read, seed: 4, auxiliary: [] }).sort()).toEqual(["auxiliary", "seed"]);
  });

  it.each([
    ["--share 1", { share: 1 }],
    ["--long 3", { long: 3 }],
    ["--shortest 9", { shortest: 9, trainLength: 4 }],
    ["--ids coupled: sort cannot be tested", { task: "sort", position: "coupled" }],
    [
      "--ids coupled: parity-check .* no coupled ids",
      { task: "parity-check", ids: "coupled", auxiliary: [] },
    ],
    ["--ids abacus", { task: "addition", position: "abacus" }],
    ["no rule of position ids", { ids: "none" }],
    ["parity-check has no restrictions", { task: "parity-check" }],
  ] as const)("refuses what cannot be trained: %s", (said, given) => {
    expect(() => prepare(configuration(given))).toThrow(expect.objectContaining({ code: "bad-option" }));
    expect(() => prepare(configuration(given))).toThrow(new RegExp(said));
  });
});

describe("what a configuration stands for", () => {
  const everyArm: Partial<Configuration>[] = [
    ...everyPosition(1)
      .map(({ name }) => name)
      .map((position) => ({
        position,
        task: "addition",
        auxiliary: position === "abacus" ? [] : ["restriction"],
      })),
    { ids: "randomized" },
    { ids: "offset", position: "learned" },
    { ids: "coupled" },
    ...everyScale(1).map(({ name }) => ({ scale: name })),
    ...everyAuxiliary
      .map(({ name }) => name)
      .filter((name) => name !== "longer-NAME")
      .map((name) => ({ auxiliary: [name], task: "sort" })),
    { auxiliary: ["longer-copy", "longer-count"], task: "sort" },
  ];

  it.each(everyArm.map((arm) => [JSON.stringify(arm), arm] as const))(
    "draws examples that its decoder can read: %s",
    (_, arm) => {
      const { decoder, tasks: mixed, task, vocabulary, place } = prepare(configuration({ ...small, ...arm }));
      const random = Random.seeded(0, "draws");
      const { ids = Number.POSITIVE_INFINITY } = decoder.options.positions;
      const drawn = mixed.flatMap(({ source }) => Array.from({ length: 50 }, () => source.draw(random, 0)));
      const tested = testExamples(task, vocabulary, small.long, { sequences: 4, ...(place && { place }) });
      for (const { tokens, positions } of [...drawn, ...tested]) {
        expect(Math.max(...tokens)).toBeLessThan(vocabulary.size);
        expect(Math.max(...positions)).toBeLessThan(ids);
      }
      for (const example of tested)
        expect(instanceOf(example, vocabulary).output).toEqual(
          task.solve(instanceOf(example, vocabulary).input),
        );
      const shares = mixed.map(({ share = 1 }) => share);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    },
  );

  it("starts all arms of a task and seed from the same parameters", () => {
    const start = (auxiliary: string[]) =>
      prepare(configuration({ ...small, task: "sort", auxiliary })).decoder.init(Random.seeded(0, "init"));
    expect(start(["restriction"])).toEqual(start([]));
    expect(start(["successor", "fill"])).toEqual(start([]));
  });

  it("gives tasks the symbols that they take", () => {
    for (const { name } of everyTask().filter((task) => takesSymbols(task.name)))
      expect(taskNamed(name, 70).alphabet.length).toBeGreaterThanOrEqual(70);
  });
});
