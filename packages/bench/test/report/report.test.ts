import { runInNewContext } from "node:vm";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it } from "vitest";
import type { Benchmark } from "../../src/benchmark.ts";
import { width } from "../../src/report/columns.ts";
import { idOf } from "../../src/report/html.ts";
import { page } from "../../src/report/page.ts";
import { picture, png, render } from "../../src/report/picture.ts";
import { differencePlot, intervalPlot, picturePalette } from "../../src/report/plots.ts";
import { script } from "../../src/report/script.ts";
import { markdownTable, terminalTable } from "../../src/report/table.ts";
import type { Row } from "../../src/results/row.ts";
import { type BenchmarkSummary, describeOptions, summarize } from "../../src/results/summary.ts";
import { found } from "../harness.ts";
import { toyRow } from "../rows.ts";

let noise: Benchmark;

beforeAll(async () => {
  noise = (await found("toy/noise")).benchmark;
});

/** A row as the runner writes them, with everything that could differ between machines fixed. */
function row(
  method: string,
  seed: number,
  change: Partial<Row> & { validation?: number; test?: number | null } = {},
): Row {
  const { validation = 1, test = 1, ...rest } = change;
  const tail = describeOptions(rest.options ?? {});
  const { provenance } = toyRow();
  return toyRow({
    id: `${method}-${seed}-${tail}-${rest.codeVersion ?? "c0de"}`,
    method,
    seed,
    tier: "ci",
    kind: method === "single-task" ? "baseline" : method === "random-targets" ? "control" : "rule",
    metrics: { "validation/rmse": validation, "test/rmse": test },
    curves: { "validation/rmse": [2, 1.5, validation] },
    runtime: "none",
    provenance: { ...provenance, cpu: "Some CPU <fast>" },
    ...rest,
  });
}

const baseline = [1.1, 1.2, 1.15, 1.05, 1.25];

function trials(): Row[] {
  const tuned = (scale: number, seed: number, change: Parameters<typeof row>[2]) =>
    row("uniform", seed, {
      options: { scale },
      candidate: { index: scale === 0.1 ? 0 : 1, of: 2, options: { scale } },
      ...change,
    });
  return [
    ...baseline.map((value, seed) =>
      row("random-targets", seed, { test: value + (seed % 2 ? 0.01 : -0.008) }),
    ),
    // Validation prefers 0.1; scale 1 has the better test value and must not count.
    tuned(1, 0, { purpose: "tune", validation: 1.4, test: 0.1 }),
    tuned(0.1, 0, { purpose: "tune", validation: 1.1, test: 0.9 }),
    ...[1, 2, 3, 4].map((seed) => tuned(0.1, seed, { test: (baseline[seed] ?? 0) - 0.2 + seed / 1000 })),
    ...baseline.map((value, seed) => row("single-task", seed, { test: value })),
    ...[0, 1, 2, 3].map((seed) => row("static", seed, { test: 0.5 })),
    row("static", 4, { status: "failed", metrics: {}, error: "Error: <diverged> & gone" }),
  ];
}

function summary(rows: readonly Row[] = trials(), benchmark: Benchmark = noise): BenchmarkSummary {
  const made = summarize(benchmark, "ci", "c0de", rows);
  if (!made) throw new Error("There are no rows.");
  return made;
}

describe("summarize", () => {
  it("orders baseline, rules, controls, and rests on what validation chose", () => {
    const [group] = summary().groups;
    expect(group?.lines.map((line) => line.method)).toEqual([
      "single-task",
      "static",
      "uniform",
      "random-targets",
    ]);
    const uniform = group?.lines.find((line) => line.method === "uniform");
    expect(uniform?.chosen).toBe("scale=0.1");
    expect(uniform?.values.get(0)).toBe(0.9);
    expect(uniform?.verdict).toBe("better");
    expect(uniform?.budget).toBe(2);
    expect(uniform?.improvement).toBeGreaterThan(0.9);
  });

  it("does not judge a row whose seeds are not all there, however good the others are", () => {
    const line = summary().groups[0]?.lines.find(({ method }) => method === "static");
    expect([line?.values.size, line?.verdict]).toEqual([4, "incomplete"]);
  });

  it("means by the seconds of a trial those of trials that ended well", () => {
    const provenance = { ...toyRow().provenance, seconds: 1 };
    const failed = [3, 4].map((seed) => row("static", seed, { status: "failed", metrics: {}, provenance }));
    const [group] = summary([...trials().filter(({ id }) => !/^static-[34]/.test(id)), ...failed]).groups;
    const line = group?.lines.find(({ method }) => method === "static");
    expect(line).toMatchObject({ seconds: 12.5, totalSeconds: 3 * 12.5 + 2 });
  });

  it("never mixes rows of different code or version", () => {
    const old = trials().map((entry) => ({ ...entry, codeVersion: "old" }));
    const fresh = baseline.map((value, seed) => row("single-task", seed, { test: value }));
    expect(summary([...old, ...fresh]).groups[0]?.lines.map((line) => line.method)).toEqual(["single-task"]);
    expect(summary(old).current).toBe(false);
    expect(
      summarize(
        noise,
        "ci",
        "c0de",
        trials().map((entry) => ({ ...entry, version: 2 })),
      ),
    ).toBeNull();
  });

  it("does not depend on the order in which trials ended", () => {
    expect(terminalTable(summary(trials().reverse()))).toBe(terminalTable(summary()));
  });
});

describe("tables", () => {
  it("are the committed ones", async () => {
    await expect(terminalTable(summary())).toMatchFileSnapshot("../fixtures/snapshots/table.txt");
    await expect(markdownTable(summary())).toMatchFileSnapshot("../fixtures/snapshots/table.md");
  });

  it("align by what a terminal shows", () => {
    expect(["a", "é", "é", "−", "水", "👩‍🔬"].map(width)).toEqual([1, 1, 1, 1, 2, 2]);
  });

  it("say so when nothing may be concluded", () => {
    const smoke = summarize(
      noise,
      "smoke",
      "c0de",
      trials().map((entry) => ({ ...entry, tier: "smoke" as const })),
    );
    const text = terminalTable(smoke as BenchmarkSummary);
    expect(text).toContain("too small to conclude");
    expect(text).not.toMatch(/better {2}|worse {2}|no difference/);
  });
});

describe("plots", () => {
  it("are the committed ones", async () => {
    const made = summary();
    const [group] = made.groups;
    if (!group) throw new Error("There is no group.");
    const frame = { width: 480, palette: picturePalette };
    await expect(intervalPlot(made, group, frame)).toMatchFileSnapshot("../fixtures/snapshots/interval.svg");
    await expect(differencePlot(made, group, frame)).toMatchFileSnapshot(
      "../fixtures/snapshots/difference.svg",
    );
  });

  it("make a picture, as SVG and as PNG", () => {
    const svg = picture(summary());
    expect(svg).toMatch(
      /^<svg [^]*SIMULATED DATA · test rmse \(log mol\/L\), lower is better · tier ci · 5 seeds a row/,
    );
    expect(Buffer.from(png(svg)).toString("latin1", 1, 4)).toBe("PNG");
    expect(() => render(summary(), "picture.gif")).toThrow(/\.svg or \.png/);
  });
});

/** The cells of a row's trials, which the page holds as data. */
function trialsOf(html: string, method: string): string[][] {
  const { document } = parseHTML(html);
  const data = document.querySelector(`[id="trials:toy.2f.noise:gin:${method}"] script`)?.textContent ?? "";
  return (JSON.parse(data) as { rows: (string | number)[][] }).rows.map((cells) => cells.map(String));
}

describe("page", () => {
  const html = () => page([summary()], [{ name: "toy/locked", why: "Set OUTRIGGER_DATA & <run> again." }]);

  it("needs no other file and no network", () => {
    expect(html()).not.toMatch(/(src|href)="(?!#)|@import|url\(/);
    expect(html().replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:\/\//);
  });

  it("links every cell to trials that are there", () => {
    const { document } = parseHTML(html());
    const links = [...document.querySelectorAll("td a")].map((link) => link.getAttribute("href") ?? "");
    expect(links.length).toBeGreaterThanOrEqual(4 * 5);
    for (const link of links) expect(document.getElementById(link.slice(1))?.tagName).toBe("DETAILS");
  });

  it("has other ids for names that differ in a sign or in where one ends, and none that a link would have to write otherwise", () => {
    const names = ["rate < 1", "rate > 1", "rate-1", "rate.1", "rate_1", "a/b", "a˻", "Größe é/水"];
    const ids = names.map((name) => idOf("trials", "toy/noise", name));
    ids.push(idOf("a-b", "c"), idOf("a", "b-c"), idOf("a:b", "c"), idOf("a", "b:c"));
    expect(new Set(ids).size).toBe(names.length + 4);
    for (const id of ids) expect([id, new URL(`file:///report.html#${id}`).hash]).toEqual([id, `#${id}`]);
  });

  it("says first what it rests on, and shows what people wrote as text", () => {
    const { document } = parseHTML(html());
    const top = document.querySelector(".warn")?.textContent ?? "";
    expect(top).toContain("Simulated data");
    expect(top).toContain("Left out: toy/locked. Set OUTRIGGER_DATA & <run> again.");
    expect(trialsOf(html(), "static").at(-1)?.at(-1)).toBe("Error: <diverged> & gone");
    expect(document.querySelector("#toy\\/noise")?.textContent).toContain("Some CPU <fast>");
    expect(html()).not.toMatch(/<diverged>|<fast>|<run>/);
  });

  it("shows no test score of candidates that validation did not choose", () => {
    const texts = trialsOf(html(), "uniform").map((cells) => cells.join(" "));
    expect(texts).toHaveLength(6);
    expect(texts.filter((text) => text.includes("tuning only"))).toHaveLength(1);
    expect(texts.find((text) => text.includes("tuning only"))).not.toContain("0.1000");
  });

  it("sorts a table by the pressed heading, up and then down, with what is missing last", () => {
    const { document, Event } = parseHTML(html());
    // The page's own script, run against the parsed page.
    runInNewContext(script, { document, location: { hash: "" }, addEventListener() {} });
    const table = document.querySelector("[aria-label='toy/noise gin'] table");
    const button = [...(table?.querySelectorAll("th button") ?? [])].find(
      (entry) => entry.textContent === "difference to single-task [95 %]",
    );
    const order = () =>
      [...(table?.querySelectorAll("tbody tr") ?? [])].map(
        (tr) => /^[a-z-]+/.exec(tr.textContent ?? "")?.[0],
      );
    button?.dispatchEvent(new Event("click", { bubbles: true }));
    expect(order()).toEqual(
      ["static", "uniform", "random-targets", "single-task"].map((name) => expect.stringContaining(name)),
    );
    button?.dispatchEvent(new Event("click", { bubbles: true }));
    expect(order()).toEqual(
      ["random-targets", "uniform", "static", "single-task"].map((name) => expect.stringContaining(name)),
    );
  });
});
