import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Benchmark } from "../../src/benchmark.ts";
import {
  affinityMap,
  cosineMap,
  cosinePlot,
  normPlot,
  sharePlot,
} from "../../src/report/diagnostic-plots.ts";
import { page } from "../../src/report/page.ts";
import { picturePalette } from "../../src/report/plots.ts";
import { transferList, transferPlot, transfers } from "../../src/report/transfer.ts";
import { type Diagnostics, diagnosticsSchema, gradientSeries } from "../../src/results/diagnostics.ts";
import { drawnOnly } from "../../src/results/drawn.ts";
import { readResults } from "../../src/results/read.ts";
import { type Row, rowSchema } from "../../src/results/row.ts";
import { type BenchmarkSummary, type GroupSummary, summarize } from "../../src/results/summary.ts";
import { resultPath } from "../../src/run/session.ts";
import { found, runToy, temporary } from "../harness.ts";
import { toyRow } from "../rows.ts";

const tasks = ["solubility", "logP", "rings & bonds"];
const steps = [1, 51, 101, 151, 201];
const diagnostics: Diagnostics = {
  tasks,
  gradients: {
    steps,
    norms: [
      [4, 1, 0.2, 0.03, 0.004],
      [2, 1.5, 1.2, 1.1, 1],
      [0, 0.5, null, 0.4, 0.3],
    ],
    effectiveWeights: [
      [0.67, 0.33, 0.14, 0.02, 0.003],
      [0.33, 0.5, 0.86, 0.72, 0.767],
      [0, 0.17, 0, 0.26, 0.23],
    ],
    cosines: [
      [1, 1, 1, 1, 1],
      [0.5, 0.3, -0.1, -0.6, -0.9],
      [null, 0.1, 0.05, -0.02, 0],
    ],
    meanCosines: [
      [1, -0.16, 0.03],
      [-0.16, 1, 0.4],
      [0.03, 0.4, 1],
    ],
  },
  affinity: [
    [0.019, -0.0074, null],
    [-0.11, 0.05, 0.00062],
    [0.000001, 0.02, 0.03],
  ],
};
const gradients = gradientSeries(diagnostics)!;
const { meanCosines } = diagnostics.gradients!;

let noise: Benchmark;
beforeAll(async () => {
  noise = (await found("toy/noise")).benchmark;
});

/** A row as a results file has it. */
function row(method: string, seed: number, test: number | null, more: Partial<Row> = {}): Row {
  return rowSchema.parse(
    toyRow({
      method,
      seed,
      tier: "ci",
      kind: method === "single-task" ? "baseline" : method === "random-targets" ? "control" : "rule",
      metrics: { "validation/rmse": test, "test/rmse": test },
      ...more,
    }),
  );
}

const alone = [1.1, 1.2, 1.15, 1.05, 1.25];
/** Five seeds of a method, so much above the single task. */
const rowsOf = (method: string, excess: readonly number[], more: Partial<Row> = {}): Row[] =>
  alone.map((value, seed) => row(method, seed, value + excess[seed]!, more));

function summaryOf(rows: readonly Row[], tier: "ci" | "smoke" = "ci"): [BenchmarkSummary, GroupSummary] {
  const made = summarize(
    noise,
    tier,
    "c0de",
    rows.map((each) => ({ ...each, tier })),
  );
  return [made!, made!.groups[0]!];
}

const single = (): Row[] => rowsOf("single-task", [0, 0, 0, 0, 0]);
const harmful = (more: Partial<Row> = {}): Row[] => rowsOf("static", [0.2, 0.25, 0.3, 0.22, 0.28], more);
const harmless = (more: Partial<Row> = {}): Row[] => rowsOf("uniform", [0.1, -0.1, 0.05, -0.02, 0], more);

describe("plots of diagnostics", () => {
  const frame = { width: 340, palette: picturePalette };
  it.each([
    ["cosines", () => cosinePlot(tasks, gradients, frame)],
    ["norms", () => normPlot(tasks, gradients, frame)],
    ["effective-weights", () => sharePlot(tasks, gradients, frame)],
    ["mean-cosines", () => cosineMap(tasks, meanCosines, frame)],
    ["affinity", () => affinityMap(tasks, diagnostics.affinity!, frame)],
  ])("are the committed ones: %s", async (name, plot) => {
    await expect(plot()).toMatchFileSnapshot(`../fixtures/snapshots/${name}.svg`);
  });

  it("are left out where there is nothing to draw", () => {
    expect(sharePlot(tasks, { ...gradients, effectiveWeights: null }, frame)).toBe("");
    expect(normPlot(tasks, { ...gradients, norms: [[], [0], [null]] }, frame)).toBe("");
  });

  it("show a norm that spans little on a linear axis, and any number of powers of ten otherwise", () => {
    const ticksOf = (norms: readonly number[]): string[] => {
      const plot = normPlot(["y"], { ...gradients, norms: [norms] }, frame);
      const { document } = parseHTML(`<html><body>${plot}</body></html>`);
      return [...document.querySelectorAll("[aria-label='y-axis tick label'] text")].map(
        (text) => text.textContent ?? "",
      );
    };
    expect(ticksOf([1, 2, 3, 4, 5])).toContain("0");
    expect(ticksOf([0.3, 1, 2, 3, 9])).toEqual(["0.2", "0.5", "1", "2", "5", "10"]);
    expect(ticksOf([1e-12, 1, 2, 3, 4e6])).toEqual(["1e−12", "1e−8", "1e−4", "1", "1e4", "1e8"]);
  });
});

describe("negative transfer", () => {
  it("is a row that is worse than the single task on the same seeds; controls are not asked", async () => {
    const control = rowsOf("random-targets", [1, 1, 1, 1, 1.01]);
    const [summary, group] = summaryOf([...single(), ...harmful(), ...harmless(), ...control]);
    const found = transfers(summary, group);
    expect(found.map(({ line, worse, verdict }) => [line.method, worse, verdict])).toEqual([
      ["static", 5, "worse"],
      ["uniform", 2, "no difference"],
    ]);
    expect(transferList(summary, group, found)).toContain(
      "<li>static: +0.250 [+0.199, +0.301], worse on 5 of 5 seeds</li>",
    );
    const frame = { width: 480, palette: picturePalette };
    await expect(transferPlot(summary, found, frame)).toMatchFileSnapshot(
      "../fixtures/snapshots/negative-transfer.svg",
    );
  });

  it("is denied only for rows that could be judged", () => {
    const said = (rows: readonly Row[], tier?: "smoke"): string => {
      const [summary, group] = summaryOf(rows, tier);
      return transferList(summary, group, transfers(summary, group));
    };
    expect(said([...single(), ...harmless()])).toContain("none of 1 rows is worse");
    expect(said([...single(), ...harmful(), ...harmless()].slice(0, 14))).toContain("static: +0.250");
    expect(said([...single(), ...harmful()].slice(0, 9))).toContain("1 of 1 rows are worse");
    expect(said([...single(), ...harmful()], "smoke")).toMatch(/1 of 1 rows .* too few seeds to conclude/);
  });

  it("is not spoken of without a single task", () => {
    const [summary, group] = summaryOf([...harmful(), ...harmless()]);
    expect(transfers(summary, group)).toEqual([]);
    expect(page([summary])).not.toContain("Negative transfer");
  });
});

describe("the page", () => {
  const html = (rows: readonly Row[]): string => page([summaryOf(rows)[0]]);

  it("shows the inside of every row that was looked at, and says what it does not prove", () => {
    const text = html([...single(), ...harmful({ diagnostics }), ...harmless()]);
    const { document } = parseHTML(text);
    const inside = document.querySelector("details.inside");
    expect([...inside!.querySelectorAll("h4")].map((heading) => heading.textContent)).toEqual(["static"]);
    expect(inside!.querySelectorAll("svg")).toHaveLength(5);
    expect(inside!.querySelector(".legend")!.textContent).toBe("solubility (primary)logPrings & bonds");
    expect(inside!.textContent).toContain(
      "gradient conflict and negative transfer are not strongly correlated",
    );
    expect(inside!.textContent).toContain("mean over 5 seeds");
    expect(text).not.toContain("rings & bonds");
  });

  it("takes means over seeds with the same tasks only, and of what there is", () => {
    const other = { ...diagnostics, tasks: ["solubility", "x", "y"] };
    const half = {
      ...diagnostics,
      affinity: diagnostics.affinity!.map((values) => values.map((value) => value && value / 2)),
    };
    const rows = harmful().map((each, i) => ({ ...each, diagnostics: [diagnostics, other, half][i] }));
    const { document } = parseHTML(html([...single(), ...rows]));
    const figures = [...document.querySelectorAll("details.inside figure")];
    const affinity = figures.find((figure) => figure.textContent!.includes("Affinity:"));
    expect(affinity!.querySelector("figcaption")!.textContent).toContain("mean over 2 seeds");
    const cells = [...affinity!.querySelectorAll("[aria-label='text'] text")].map((cell) => cell.textContent);
    expect(cells).toEqual(["1.4", "−0.56", "−8.3", "3.8", "0.046", "0", "1.5", "2.3"]);
  });

  it("is the same of committed rows, which lack what it does not draw", () => {
    const curves = { "train/loss": [1.5, null, 0.1235] };
    const candidate = (index: number): Partial<Row> => {
      const options = { scale: index };
      return { diagnostics, curves, options, candidate: { index, of: 2, options } };
    };
    const [chosen, other] = [harmful(candidate(0)), harmful(candidate(1)).slice(0, 1)];
    const tuned = [
      ...chosen.map((each) => (each.seed === 0 ? { ...each, purpose: "tune" as const } : each)),
      ...other.map((each) => ({ ...each, purpose: "tune" as const, metrics: { "validation/rmse": 9 } })),
    ];
    const rows = [
      ...single(),
      ...tuned,
      ...harmless({ curves, diagnostics: { tasks, affinity: diagnostics.affinity! } }),
    ];
    const committed = drawnOnly(rows, noise.metric).map((each) =>
      rowSchema.parse(JSON.parse(JSON.stringify(each))),
    );
    expect(committed).toHaveLength(rows.length);
    expect(html(committed) === html(rows)).toBe(true);

    const of = (scale: number): Row[] => committed.filter(({ options }) => options.scale === scale);
    expect(of(1)).toEqual(
      other.map(({ curves: _c, diagnostics: _d, ...rest }) => ({
        ...rest,
        purpose: "tune",
        metrics: { "validation/rmse": 9 },
      })),
    );
    expect(of(0).map((each) => each.diagnostics?.gradients?.norms !== undefined)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    const [long] = drawnOnly(
      [row("uniform", 0, 1, { curves: { "train/loss": [1.23456, 0, null] } })],
      noise.metric,
    );
    expect(long?.curves).toEqual({ "train/loss": [1.235, 0, null] });
  });

  it("has no such part for rows that were not", () => {
    expect(html([...single(), ...harmful()])).not.toContain("Inside the training");
  });
});

describe("the row's diagnostics", () => {
  it("are what they were after a results file", () => {
    expect(diagnosticsSchema.parse(JSON.parse(JSON.stringify(diagnostics)))).toEqual(diagnostics);
    expect(diagnosticsSchema.parse({ tasks: ["y"] })).toEqual({ tasks: ["y"] });
    const means = { tasks, gradients: { meanCosines } };
    expect(diagnosticsSchema.parse(means)).toEqual(means);
  });

  it.each<[string, unknown, string]>([
    ["a list too few", { ...diagnostics, affinity: diagnostics.affinity!.slice(1) }, "affinity"],
    [
      "a list too short",
      { ...diagnostics, gradients: { ...gradients, meanCosines, norms: [[1], [1], [1]] } },
      "norms",
    ],
    [
      "a matrix that is none",
      { ...diagnostics, gradients: { ...gradients, meanCosines: [[1]] } },
      "meanCosines",
    ],
    ["a task twice", { ...diagnostics, tasks: ["y", "y", "z"] }, "two tasks have one name"],
    [
      "a series that was not made small",
      { tasks: ["y"], gradients: { ...gradients, steps: Array(65).fill(1) } },
      "steps",
    ],
    ["half of the series", { ...diagnostics, gradients: { meanCosines, steps } }, "cosines"],
    ["what is not finite", { tasks: ["y"], affinity: [[Number.NaN]] }, "affinity"],
  ])("refuse %s", (_, value, says) => {
    const parsed = diagnosticsSchema.safeParse(value);
    expect(JSON.stringify(parsed.error?.issues)).toContain(says);
  });

  it("come from the trial's process, and fail the trial where they could not be drawn", async () => {
    const rows = async (given: unknown): Promise<readonly Row[]> => {
      vi.stubEnv("TOY_DIAGNOSTICS", JSON.stringify(given));
      const out = temporary();
      await runToy("toy/noise", "smoke", out, { methods: ["single-task"] });
      vi.unstubAllEnvs();
      return readResults(resultPath(out, await found("toy/noise"), "smoke")).rows;
    };
    for (const { diagnostics: kept } of await rows(diagnostics)) expect(kept).toEqual(diagnostics);
    for (const { status, error } of await rows({ tasks: ["y"], affinity: [] })) {
      expect([status, error]).toEqual([
        "failed",
        expect.stringContaining("affinity does not have one list a task"),
      ]);
    }
  });
});
