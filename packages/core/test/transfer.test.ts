import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adam } from "@outrigger/core/optimize/adam";
import { studentBound } from "@outrigger/core/solve/student-t";
import { progressBar, progressLines } from "@outrigger/core/train/callback/progress";
import type { TransferRecord } from "@outrigger/core/train/diagnostics/record";
import { Comparison, type SingleTaskRun } from "@outrigger/core/train/diagnostics/transfer";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import type { EpochRecord } from "@outrigger/core/train/history";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { staticWeights } from "@outrigger/core/weighting/static";
import { describe, expect, it } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused, thrown } from "./support/errors.ts";
import type { Batch } from "./support/stepper.ts";

const selection = { task: "y", name: "rmse", better: "lower" } as const;
const historyOf = (values: readonly number[], name = "rmse"): EpochRecord[] =>
  values.map((value, epoch) => ({
    epoch,
    step: 10 * (epoch + 1),
    losses: {},
    weights: {},
    cosines: {},
    skipped: 0,
    dropped: {},
    validation: { y: { [name]: value } },
  }));
const run = (...values: number[]): SingleTaskRun => ({ history: historyOf(values) });

/** What the comparison says epoch by epoch, the last one being the run's end. */
function compared(
  runs: readonly SingleTaskRun[],
  values: readonly number[],
  of: ConstructorParameters<typeof Comparison>[1] = selection,
): (TransferRecord | null)[] {
  const comparison = new Comparison(runs, of);
  return historyOf(values, of.name).map((record, i) => comparison.epoch(record, i === values.length - 1));
}
const messages = (records: readonly (TransferRecord | null)[]): [number, string][] =>
  records.flatMap((record, i) => (record?.message ? [[i, record.message] as [number, string]] : []));

it("Student's t bounds are those of the tables", () => {
  const table = {
    1: 12.706205,
    2: 4.302653,
    3: 3.182446,
    4: 2.776445,
    9: 2.262157,
    29: 2.04523,
    100: 1.983972,
  };
  for (const [freedom, bound] of Object.entries(table))
    expect(studentBound(0.95, Number(freedom))).toBeCloseTo(bound, 5);
  expect(studentBound(0.9, 4)).toBeCloseTo(2.131847, 5);
});

describe("a comparison with single-task runs", () => {
  it("takes the best values so far, at the same epoch, and the last of a run that stopped earlier", () => {
    const records = compared([run(3, 2, 2.5), run(5)], [4, 6, 3.5]);
    expect(records.map((record) => [record!.value, record!.singleTask])).toEqual([
      [4, 4],
      [4, 3.5],
      [3.5, 3.5],
    ]);
    expect(records.map((record) => record!.excess)).toEqual([0, 0.5, 0]);
    expect(records.map((record) => record!.step)).toEqual([10, 20, 30]);
  });

  it("has the half width of a prediction interval as its noise", () => {
    // Five values of mean 1.2 and variance 0.025/4.
    const runs = [1.1, 1.2, 1.3, 1.15, 1.25].map((value) => run(value));
    const [record] = compared(runs, [1.4]);
    expect(record!.noise).toBeCloseTo(2.776445 * Math.sqrt((0.025 / 4) * (1 + 1 / 5)), 6);
    expect(record!.worse).toBe(false);
    expect(compared(runs, [1.45])[0]!.worse).toBe(true);
  });

  it("would warn of about one in forty of the single-task runs themselves", () => {
    let state = 7;
    const uniform = (): number => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const trials = 4000;
    let warned = 0;
    for (let i = 0; i < trials; i++) {
      const runs = Array.from({ length: 5 }, () => normal());
      if (compared(runs, [normal()])[0]!.worse) warned++;
    }
    // 2.5 % with a standard deviation of 0.25 %.
    expect(Math.abs(warned / trials - 0.025)).toBeLessThan(0.01);
  });

  it("warns once, when a run has been worse in five epochs, and says by how much", () => {
    const runs = [1, 1.1, 0.9].map((value) => run(value));
    const said = messages(compared(runs, Array(8).fill(2)));
    expect(said).toEqual([
      [
        4,
        "warning: negative transfer: the best validation rmse after epoch 5 is 2.000, worse than the single task's 1.000 ± 0.4968 (mean and 95 % prediction interval of 3 runs)",
      ],
    ]);
  });

  it("starts to count again after an epoch that is not worse", () => {
    const single = run(5, 5, 5, 5, 1, 1, 1, 1, 1, 1);
    const said = messages(compared([single, run(5, 5, 5, 5, 1.01)], [9, 9, 9, 5, 5, 5, 5, 5, 5, 5]));
    expect(said.map(([epoch]) => epoch)).toEqual([8]);
  });

  it("warns at the end of a run that is shorter", () => {
    const said = messages(compared([run(1), run(1.01)], [2, 2]));
    expect(said).toEqual([[1, expect.stringContaining("at the run's end is 2.000")]]);
  });

  it("takes it back at the end when the run has caught up, and only then", () => {
    const said = messages(compared([run(1), run(1.1)], [9, 9, 9, 9, 9, 9, 1.2]));
    expect(said.map(([epoch]) => epoch)).toEqual([4, 6]);
    expect(said[1]![1]).toMatch(/^no negative transfer after all: .* is 1\.200, the single task's 1\.050 ± /);
  });

  it("says nothing of a run that is better, or within the noise", () => {
    expect(messages(compared([run(1), run(1.1)], Array(9).fill(0.5)))).toEqual([]);
    expect(messages(compared([run(1), run(1.1)], Array(9).fill(1.12)))).toEqual([]);
  });

  it("says that one seed is one seed", () => {
    const records = compared([run(1)], [1.0001]);
    expect([records[0]!.noise, records[0]!.worse]).toEqual([null, true]);
    expect(records[0]!.message).toContain("that is one seed, so the difference may be chance");
    expect(messages(compared([run(1)], [1]))).toEqual([]);
  });

  it("judges by single values at the end only: they tell nothing of earlier epochs", () => {
    const records = compared([1, 1.1, 1.2], [9, 9, 9, 9, 9, 9, 9]);
    expect(records.map((record) => record !== null)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(messages(records).map(([epoch]) => epoch)).toEqual([6]);
  });

  it("knows that more can be better", () => {
    const auc = { task: "y", name: "roc-auc", better: "higher" } as const;
    const runs = [0.8, 0.82, 0.81];
    expect(compared(runs, [0.6, 0.7], auc)[1]).toMatchObject({ value: 0.7, worse: true });
    expect(compared(runs, [0.9, 0.7], auc)[1]).toMatchObject({ value: 0.9, worse: false });
  });

  it.each<[string, readonly SingleTaskRun[], string]>([
    ["no run", [], "compareWith is empty"],
    ["a run without an epoch", [{ history: [] }], "compareWith[0] has an empty history"],
    ["a value that is not finite", [1, Number.NaN], "compareWith[1] is NaN"],
    ["runs of another primary", [{ history: historyOf([1], "mae") }], 'no validation rmse of "y" in epoch 0'],
  ])("refuses %s", (_, runs, says) => {
    const error = thrown(() => new Comparison(runs, selection));
    expect([error.code, error.message]).toEqual(["bad-option", expect.stringContaining(says)]);
  });
});

describe("fit", () => {
  const { model, ...data } = toy();
  const train = (options: Partial<FitOptions<Batch>>): Promise<Fitted<Batch>> =>
    fit(model, {
      ...data,
      // The auxiliary alone moves the trunk, and the primary's head never learns.
      method: staticWeights({ weights: [0, 1, 0, 0] }),
      optimizer: adam({ learningRate: 0.01 }),
      epochs: 12,
      seed: 1,
      threads: 1,
      progress: "none",
      ...options,
    });
  const singles = (): Promise<Fitted<Batch>[]> =>
    Promise.all([1, 2, 3].map((seed) => train({ method: singleTask(), seed })));

  it("warns on the progress line and in the run's files, once, also when it is continued", async () => {
    const directory = mkdtempSync(join(tmpdir(), "outrigger-transfer-"));
    const compareWith = await singles();
    const lines: string[] = [];
    const options = {
      directory,
      progress: progressLines({ write: (text) => lines.push(text) }),
      diagnostics: { gradientsEvery: Number.POSITIVE_INFINITY, compareWith },
    };
    const stop = new AbortController();
    const first = await train({
      ...options,
      signal: stop.signal,
      onEpoch: ({ epoch }) => epoch === 8 && stop.abort(),
    });
    expect(first.stopped).toBe("signal");
    await train(options);
    const warnings = lines.filter((line) => line.startsWith("warning: negative transfer"));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("prediction interval of 3 runs");
    const records = readFileSync(join(directory, "diagnostics.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as TransferRecord);
    expect(records.map(({ kind, epoch }) => [kind, epoch])).toEqual(
      Array.from({ length: 12 }, (_, epoch) => ["transfer", epoch]),
    );
    expect(records.filter(({ message }) => message !== null)).toHaveLength(1);
    expect(records.at(-1)).toMatchObject({ worse: true, metric: "rmse", runs: 3 });
    rmSync(directory, { recursive: true });
  });

  it("does not warn of a single-task run", async () => {
    const compareWith = (await singles()).slice(1);
    const lines: string[] = [];
    const progress = progressBar({ write: (text) => lines.push(text) }, () => 0);
    await train({ method: singleTask(), progress, diagnostics: { compareWith } });
    expect(lines.join("")).not.toContain("negative transfer");
  });

  it("shows the warning above a bar", () => {
    const lines: string[] = [];
    const listen = progressBar({ write: (text) => lines.push(text) }, () => 0);
    const [record] = compared([1], [2]);
    listen({ kind: "diagnostic", record: record! });
    expect(lines).toEqual([`\r\u001b[K${record!.message}\n`]);
    expect(record!.message).toMatch(/^warning: negative transfer: /);
  });

  it("refuses to compare with runs of another primary", async () => {
    const compareWith = [{ history: historyOf([1], "mae") }];
    const error = await refused(train({ diagnostics: { compareWith } }));
    expect([error.code, error.message]).toEqual(["bad-option", expect.stringContaining("the same primary")]);
  });
});
