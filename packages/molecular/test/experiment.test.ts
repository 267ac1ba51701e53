import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "@outrigger/bench/benchmark";
import { describe, expect, it, vi } from "vitest";
import bace from "../bench/bace.ts";
import bbbp from "../bench/bbbp.ts";
import clintox from "../bench/clintox.ts";
import enumerated from "../bench/enumerated.ts";
import esol from "../bench/esol.ts";
import freesolv from "../bench/freesolv.ts";
import lipophilicity from "../bench/lipophilicity.ts";
import lowLabel from "../bench/low-label.ts";
import lowLabelClasses from "../bench/low-label-classes.ts";
import sider from "../bench/sider.ts";
import tox21 from "../bench/tox21.ts";
import { CHOSEN_DESCRIPTORS } from "../src/auxiliary/descriptor-tasks.ts";
import { availability } from "../src/data/locate.ts";
import { ESOL, FREESOLV } from "../src/data/sources.ts";
import { modelChoice, type Settings } from "../src/experiment/settings.ts";
import { runExperiment, type TrialOptions } from "../src/experiment/trial.ts";
import { namedMethod } from "../src/method/methods.ts";
import { completeChoice } from "../src/model/molecule-model.ts";
import { enumeratedProblem, tinyTrial } from "./fixtures/enumerated-problem.ts";

const datasets = { esol, freesolv, lipophilicity, bace, bbbp, clintox, sider, tox21 };
const all: Readonly<Record<string, Benchmark>> = {
  ...datasets,
  enumerated,
  "low-label": lowLabel,
  "low-label-classes": lowLabelClasses,
};
const tiersOf = ({ tiers }: Benchmark) => Object.keys(tiers) as (keyof typeof tiers)[];
const rowsOf = (benchmark: Benchmark, tier: "smoke" | "ci" | "full"): string[] =>
  benchmark.arms(tier).map(({ group, method }) => `${group}/${method}`);

/** What every table must have besides the methods that it is about. */
const REQUIRED = [
  "single-task",
  "uniform",
  "static",
  "random",
  "random-descriptors",
  "all-descriptors",
  "descriptors-as-input",
];

describe("every benchmark", () => {
  it.each(Object.entries(all))(
    "%s has its name, and arms that name methods which exist",
    (name, benchmark) => {
      expect(benchmark.name).toBe(`molecular/${name}`);
      for (const tier of tiersOf(benchmark)) {
        for (const { options } of benchmark.arms(tier)) {
          const { method, epochs } = options as unknown as TrialOptions;
          expect(namedMethod(method).plan({ correlations: [1], epochs })).not.toHaveLength(0);
        }
      }
    },
  );

  it.each(Object.entries(all))("%s gives all rows of a tier the same number of tries", (name, benchmark) => {
    for (const tier of tiersOf(benchmark)) {
      const tries = new Set(benchmark.arms(tier).map(({ candidates }) => candidates!.length));
      expect(tries.size).toBe(1);
      const tunes = tier !== "smoke" && !name.startsWith("low-label");
      expect([...tries][0]! > 1).toBe(tunes);
    }
  });

  it.each(Object.entries(all))(
    "%s has baselines and controls in every group, and five seeds or more",
    (_, benchmark) => {
      for (const tier of tiersOf(benchmark).filter((each) => each !== "smoke")) {
        expect(benchmark.tiers[tier]!.seeds.length).toBeGreaterThanOrEqual(5);
        const arms = benchmark.arms(tier);
        for (const group of new Set(arms.map((arm) => arm.group))) {
          const methods = arms.filter((arm) => arm.group === group).map(({ method }) => method);
          expect(methods).toEqual(expect.arrayContaining(REQUIRED));
        }
      }
    },
  );
});

describe("tiers", () => {
  it("ci holds ESOL, FreeSolv, BACE and the studies with few labels, with the graph network alone", () => {
    const inCi = Object.entries(all).filter(([, { tiers }]) => tiers.ci !== undefined);
    expect(inCi.map(([name]) => name).sort()).toEqual(
      ["bace", "esol", "freesolv", "low-label", "low-label-classes"].sort(),
    );
    expect(new Set(esol.arms("ci").map(({ group }) => group))).toEqual(new Set(["gin"]));
  });

  it("full has every method and the perceptron on the datasets of ci, and the rows of ci on the others", () => {
    const rows = rowsOf(esol, "full");
    for (const method of ["uncertainty", "gradient-cosine", "pcgrad", "arml", "rcgrad", "blo"]) {
      expect(rows).toContain(`gin/${method}`);
      expect(rowsOf(tox21, "full")).not.toContain(`gin/${method}`);
    }
    expect(rows).toEqual(expect.arrayContaining(["gin/molgroup-gates", "gin/pre-train-joint", "mlp/static"]));
    expect(rowsOf(lipophilicity, "full")).toEqual(rowsOf(esol, "ci"));
  });

  it("the row that chooses among models keeps the smoke tier's sizes, and elsewhere tries models that can be made", () => {
    const candidates = (benchmark: Benchmark, tier: "smoke" | "ci" | "full") =>
      benchmark.arms(tier).find(({ method }) => method === "model-by-validation")!.candidates!;
    expect(candidates(enumerated, "smoke")).toEqual([
      expect.objectContaining({ width: 8, depth: 2, epochs: 2, inputs: "chosen" }),
    ]);
    const tried = candidates(esol, "full") as unknown as Settings[];
    expect(new Set(tried.map(({ model }) => model))).toEqual(new Set(["gin", "mlp", "d-mpnn"]));
    for (const each of tried) {
      const { name, ...sizes } = completeChoice(modelChoice(each));
      expect(name).toBe(each.model);
      expect(sizes).toMatchObject({ width: each.width, dropout: each.dropout });
    }
    expect(candidates(esol, "ci")).toEqual(tried);
  });

  it("smoke shows all methods on the data that everybody has, and fewer rows elsewhere", () => {
    expect(rowsOf(enumerated, "smoke").length).toBeGreaterThan(rowsOf(esol, "smoke").length);
  });

  it("one model for all targets is compared with one a target where there are a few", () => {
    const have = Object.entries(datasets).filter(([, each]) =>
      rowsOf(each, "full").includes("gin/model-per-target"),
    );
    expect(have.map(([name]) => name).sort()).toEqual(["clintox", "tox21"]);
  });

  it("few labels are a group for each dataset and size", () => {
    const groups = new Set(lowLabel.arms("ci").map(({ group }) => group));
    expect(groups).toEqual(new Set([50, 100, 200, 500].map((size) => `esol ${size}`)));
    const others = new Set(lowLabelClasses.arms("full").map(({ group }) => group));
    expect(others.size).toBe(8);
    expect(others).not.toContain("bace 100");
    expect(rowsOf(lowLabelClasses, "full").length).toBe(2 * rowsOf(lowLabelClasses, "ci").length);
  });

  it("few labels need the files of their tier, and name those that are missing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "few-labels-"));
    vi.stubEnv("OUTRIGGER_DATA", folder);
    vi.stubEnv("OUTRIGGER_CACHE", folder);
    expect(await lowLabel.available!("ci")).toMatch(
      new RegExp(`^${ESOL.file} was not found\\. [^]*${ESOL.file}\\.$`),
    );
    mkdirSync(join(folder, "molecular"));
    writeFileSync(join(folder, "molecular", ESOL.file), "");
    expect(await lowLabel.available!("ci")).toBe(true);
    expect(await lowLabel.available!("full")).toMatch(new RegExp(`^${FREESOLV.file} was not found`));
    vi.unstubAllEnvs();
  });

  it("only rows without auxiliary losses try weight decay", () => {
    const decayed = esol
      .arms("full")
      .filter(({ candidates }) => "weightDecay" in candidates![0]!)
      .map(({ method }) => method);
    expect(new Set(decayed)).toEqual(
      new Set(["single-task", "pre-train", "descriptors-as-input", "all-descriptors-as-input"]),
    );
  });
});

describe("a trial", () => {
  it("gives validation and test error, curves, the weights it used and how the tasks got along", async () => {
    const problem = await enumeratedProblem("regression", ["CrippenMR"]);
    const trial = tinyTrial({ model: "mlp", method: "uniform", auxiliaries: "chosen", scale: 0.1 });
    const { metrics, curves, runtime, diagnostics } = await runExperiment(problem, trial);
    expect(Number.isFinite(metrics["validation/rmse"])).toBe(true);
    expect(Number.isFinite(metrics["test/rmse"])).toBe(true);
    expect(curves!["weight/tpsa"]).toEqual([expect.closeTo(0.1, 6)]);
    expect(runtime).toBe("tfjs/cpu");
    expect(diagnostics!.tasks).toEqual(["CrippenMR", ...CHOSEN_DESCRIPTORS]);
  });

  it("is the same twice", async () => {
    const problem = await enumeratedProblem("regression", ["CrippenMR"]);
    const trial = tinyTrial({ model: "mlp", method: "random", auxiliaries: "random", dropout: 0.2 }, 5);
    expect(await runExperiment(problem, trial)).toEqual(await runExperiment(problem, trial));
  });

  it("says what went in: descriptors as inputs have no loss of their own", async () => {
    const problem = await enumeratedProblem("regression", ["CrippenMR"]);
    const { notes, curves } = await runExperiment(problem, tinyTrial({ inputs: "chosen" }));
    expect(notes!.join()).toContain("inputs: CrippenClogP, tpsa");
    expect(notes!.join()).toContain("16 molecules to train on, 8 to validate, 8 to test");
    expect(Object.keys(curves!)).toEqual(["train/loss", "validation/rmse"]);
  });

  it("measures gradients where the method asks for them, over all stages of one that has several", async () => {
    const problem = await enumeratedProblem("regression", ["CrippenMR"]);
    const cosine = await runExperiment(
      problem,
      tinyTrial({ model: "mlp", method: "pcgrad", auxiliaries: "chosen" }, 5),
    );
    expect(Math.abs(cosine.curves!["cosine/CrippenClogP"]![0]!)).toBeLessThanOrEqual(1);
    const staged = await runExperiment(
      problem,
      tinyTrial({ model: "mlp", method: "pre-train", auxiliaries: "chosen", epochs: 3 }, 5),
    );
    expect(staged.curves!["validation/rmse"]).toHaveLength(3);
    expect(staged.curves!["weight/tpsa"]).toEqual([1, 0, 0]);
    expect(staged.notes![0]).toMatch(/^best epoch [23] of 3/);
  });

  it("predicts classes by roc-auc", async () => {
    const problem = await enumeratedProblem("classification", ["tpsa"]);
    const { metrics } = await runExperiment(problem, tinyTrial({ model: "mlp" }));
    expect(Object.keys(metrics)).toEqual(["validation/roc-auc", "test/roc-auc"]);
    for (const value of Object.values(metrics)) expect(value).toBeGreaterThanOrEqual(0);
  });

  it("trains several targets with missing labels together, or a model for each", async () => {
    const names = ["tpsa", "CrippenClogP", "NumRotatableBonds"];
    const problem = await enumeratedProblem("classification", names);
    const options = { model: "mlp", width: 8 } as const;
    const together = await runExperiment(problem, tinyTrial({ ...options, method: "uniform" }));
    const apart = await runExperiment(problem, tinyTrial({ ...options, models: "separate" }));
    for (const { metrics } of [together, apart]) {
      expect(metrics["test/roc-auc"]).toBeGreaterThanOrEqual(0);
      expect(metrics["test/roc-auc"]).toBeLessThanOrEqual(1);
    }
    expect(apart.notes![0]).toBe("3 models, one a target");
  });

  it("has no metric where there is one class only, says why, and puts nothing in its place", async () => {
    const problem = await enumeratedProblem("classification", ["tpsa"]);
    const { values, mask } = problem.targets.columns["tpsa"]!;
    const ones = {
      name: "tpsa",
      mask,
      values: values.map((value, row) => (problem.split.test.includes(row) ? 1 : value)),
    };
    const oneClass = { ...problem, targets: { ...problem.targets, columns: { tpsa: ones } } };
    const { metrics, notes } = await runExperiment(oneClass, tinyTrial());
    expect(metrics).toEqual({ "validation/roc-auc": null, "test/roc-auc": null });
    expect(notes).toEqual(["tpsa has no metric in the test part: no target has both classes there"]);
  });

  const without = availability(ESOL) !== true;
  it.skipIf(without)(
    `runs on a public dataset as the runner asks for it${without ? " (skipped: no ESOL file)" : ""}`,
    async () => {
      const arm = lowLabel.arms("smoke").find(({ group }) => group === "esol 12")!;
      const trial = { ...tinyTrial(), options: { ...arm.options, width: 4, depth: 1, epochs: 1 } };
      const { metrics, notes, datasets: used } = await lowLabel.run(trial);
      expect(Number.isFinite(metrics["test/rmse"])).toBe(true);
      expect(notes!.join()).toContain("12 molecules to train on, 3 to validate, 8 to test");
      expect(used).toEqual([{ name: ESOL.file, sha256: ESOL.sha256 }]);
    },
  );
});
