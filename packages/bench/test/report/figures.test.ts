import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it } from "vitest";
import type { Benchmark } from "../../src/benchmark.ts";
import { curveFigures, weightFigures } from "../../src/report/curves.ts";
import { type Figure, figureHtml } from "../../src/report/figure.ts";
import { allFigures, groupFigures } from "../../src/report/figures.ts";
import { front, type Offer, paretoFigure } from "../../src/report/pareto.ts";
import { png } from "../../src/report/picture.ts";
import { pictures, standalone } from "../../src/report/pictures.ts";
import { picturePalette, seedWords, svg } from "../../src/report/plots.ts";
import { profileFigure, rankFigure } from "../../src/report/rank-plots.ts";
import { leaderboards } from "../../src/results/standings.ts";
import type { BenchmarkSummary } from "../../src/results/summary.ts";
import { found } from "../harness.ts";
import { problems } from "./problems.ts";

let template: Benchmark;
let summaries: BenchmarkSummary[];
beforeAll(async () => {
  template = (await found("toy/noise")).benchmark;
  summaries = problems(template);
});

const frame = { width: 480, palette: picturePalette };

describe("figures", () => {
  it.each<[string, () => Figure | null | undefined]>([
    ["curves", () => curveFigures(summaries[0]!, summaries[0]!.groups[0]!)[0]],
    ["weights", () => weightFigures(summaries[0]!.groups[0]!.lines)[0]],
    ["cost-gain", () => paretoFigure(summaries[0]!, summaries[0]!.groups[0]!)],
    ["profiles", () => profileFigure(leaderboards(summaries)[0]!)],
    ["critical-difference", () => rankFigure(leaderboards(summaries)[0]!)],
  ])("are the committed ones: %s", async (name, figure) => {
    await expect(figure()!.draw(frame)).toMatchFileSnapshot(`../fixtures/snapshots/${name}.svg`);
  });

  it("have a text for those who do not see them, and a caption", () => {
    const [summary] = summaries;
    const figures = allFigures(groupFigures(summary!, summary!.groups[0]!, 90));
    expect(figures.map(({ name }) => name)).toEqual([
      "intervals",
      "differences",
      "negative-transfer",
      "cost-gain",
      "curve-validation/rmse",
      "weights-uniform",
      "weights-static",
      "weights-pcgrad",
      "weights-random",
    ]);
    for (const figure of figures) {
      const { document } = parseHTML(figureHtml(figure));
      for (const svg of document.querySelectorAll("figure svg")) {
        expect(svg.getAttribute("role")).toBe("img");
        expect(svg.getAttribute("aria-label")).toBe(figure.alt);
      }
      expect(figure.alt.length).toBeGreaterThan(20);
      expect(document.querySelector("figcaption")!.textContent).toBe(figure.caption);
    }
  });

  it("have coordinates of three decimals, and texts as they were written", () => {
    const outerHTML = '<svg width="1.23456"><text x="2.00049">0.00012 ± 1.23456</text></svg>';
    expect(svg({ outerHTML })).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" width="1.234"><text x="2.000">0.00012 ± 1.23456</text></svg>',
    );
  });

  it("are described in the words they were given, whatever a replacement would make of them", () => {
    const alt = "costs $1, $&, $` and $$";
    const html = figureHtml({ name: "x", alt, caption: "", draw: () => "<svg ></svg>" });
    expect(parseHTML(html).document.querySelector("svg")?.getAttribute("aria-label")).toBe(alt);
  });

  it("draw seeds as dots while they can be told apart, and then as lines", () => {
    const { lines } = summaries[0]!.groups[0]!;
    expect(seedWords(lines.map((line) => ({ line, values: [1, 2] })))).toBe("small dots: seeds");
    const many = Array.from({ length: 400 }, (_, i) => i);
    expect(seedWords(lines.map((line) => ({ line, values: many })))).toMatch(/thin lines: where nine of ten/);
  });
});

describe("a curve that is named after its axis", () => {
  it("runs over that axis, through the places that have values", () => {
    const [summary] = summaries;
    const [group] = summary!.groups;
    const curve = [...new Array<null>(9).fill(null), 1, ...new Array<null>(4).fill(null), 0.5];
    const lines = group!.lines.map((line) => ({
      ...line,
      kept: line.kept.map((row) => ({ ...row, curves: { "accuracy by length": curve } })),
    }));
    const [figure] = curveFigures(summary!, { ...group!, lines });
    expect(figure!.alt).toMatch(/^Curves of accuracy by length, first to last length: /);
    expect(figure!.alt).toContain(" 1 to 0.5");
    const { document } = parseHTML(`<!doctype html>${figure!.draw(frame)}`);
    const texts = [...document.querySelectorAll("svg text")].map(({ textContent }) => textContent);
    expect(texts.some((text) => text?.startsWith("length"))).toBe(true);
    expect(texts.join(" ")).not.toContain("epoch");
    const ticks = texts.map(Number).filter((tick) => tick > 1);
    expect(Math.min(...ticks)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...ticks)).toBe(15);
  });
});

describe("the front of cost and gain", () => {
  it("has the rows that no other beats on both, and no control", () => {
    const offer = (method: string, cost: number, gain: number, kind: Offer["kind"] = "rule"): Offer => ({
      method,
      kind,
      cost,
      gain,
    });
    const all = [
      offer("baseline", 1, 0, "baseline"),
      offer("dear", 3, 5),
      offer("cheap", 0.5, -1),
      offer("beaten", 3.5, 4),
      offer("equal", 1.5, 0),
      offer("oracle", 0.4, 50, "control"),
    ];
    expect(front(all).map(({ method }) => method)).toEqual(["cheap", "baseline", "dear"]);
  });
});

describe("pictures", () => {
  it("are of every figure, each with a name of its own and what must be known of its numbers", () => {
    const all = [...pictures(summaries.slice(0, 2))];
    const files = all.map(({ file }) => file);
    expect(new Set(files).size).toBe(files.length);
    expect(files).toContain("leaderboard-toy-profiles");
    expect(files).toContain("toy-p1-weights-pcgrad");
    expect(files).toHaveLength(1 + 2 * 9);
    for (const { file, svg } of all)
      if (!file.startsWith("leaderboard")) expect(svg).toContain("SIMULATED DATA");
  });

  it("have different files for methods whose names differ only in signs", () => {
    const [summary] = summaries;
    const [group] = summary!.groups;
    const lines = group!.lines.map((line) => ({
      ...line,
      method: { uniform: "a+", static: "a-", pcgrad: "A" }[line.method] ?? line.method,
    }));
    const files = [...pictures([{ ...summary!, groups: [{ ...group!, lines }] }])].map(({ file }) => file);
    expect(files.filter((file) => file.includes("weights-"))).toEqual([
      "toy-p0-weights-a-",
      "toy-p0-weights-a--2",
      "toy-p0-weights-A",
      "toy-p0-weights-random",
    ]);
  });

  it("are PNG with words in them", () => {
    const figure = profileFigure(leaderboards(summaries)[0]!)!;
    const drawn = png(standalone(figure, "A title that is long enough to be seen", []));
    const bare = png(standalone({ ...figure, caption: "", legend: () => [] }, "", []));
    expect(Buffer.from(drawn).toString("latin1", 1, 4)).toBe("PNG");
    expect(drawn.length).toBeGreaterThan(bare.length + 5000);
  });
});
