import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tracedText } from "../../src/command/trace-text.ts";
import { curvesOf } from "../../src/evaluate/curves.ts";
import { wilsonInterval } from "../../src/metric/wilson.ts";
import { attentionFigure } from "../../src/report/attention-figure.ts";
import { boundFigure } from "../../src/report/bound-figure.ts";
import { evalFigures, evalPage } from "../../src/report/eval-page.ts";
import { pictureSvg, png } from "../../src/report/picture.ts";
import { pixels } from "../../src/report/pixels.ts";
import { tracePage } from "../../src/report/trace-page.ts";
import { evaluated, tested, traced } from "./problem.ts";

describe("curves", () => {
  it("have Wilson's interval for one model, and the range of the seeds for several", () => {
    const [seeds, one] = evaluated.curves;
    expect(seeds!.points.map(({ exact }) => exact)).toEqual([
      { mean: 1, low: 1, high: 1 },
      { mean: 1, low: 1, high: 1 },
      { mean: 0.975, low: 0.95, high: 1 },
      { mean: 0.4, low: 0.2, high: 0.6 },
    ]);
    expect(one!.points[2]!.exact).toEqual({ mean: 0.1, ...wilsonInterval(2, 20) });
    expect(one!.points[2]!.token).toEqual({ mean: 0.55, low: 0.55, high: 0.55 });
    expect(seeds!.points[3]!.errors.missingEnd).toBeCloseTo(0.6, 12);
    expect(seeds!.summary).toMatchObject({ length90: 15, ratio90: 1.5 });
  });

  it("are named by what differs", () => {
    const labels = (given: Parameters<typeof tested>[1][]): string[] =>
      curvesOf(given.map((each, i) => tested(`m${i}`, each, [20]))).map(({ label }) => label);
    expect(labels([{}, { seed: 1 }])).toEqual(["rope, restriction"]);
    expect(labels([{ auxiliary: [] }, { position: "nope", auxiliary: ["restriction", "min"] }])).toEqual([
      "rope, no auxiliary",
      "nope, restriction + min",
    ]);
    expect(labels([{ share: 0.5 }, { share: 0.75 }])).toEqual([
      "rope, restriction, share 0.5",
      "rope, restriction, share 0.75",
    ]);
  });
});

describe("figures", () => {
  const figures = [...evalFigures(evaluated), attentionFigure(traced), boundFigure(traced)!];

  it.each(figures.map((figure) => [figure.title, figure] as const))(
    "%s stands alone, has its words and no NaN",
    (_, figure) => {
      const svg = pictureSvg([figure]);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      for (const { label } of figure.keys) expect(svg).toContain(`>${label.replaceAll("<", "&lt;")}<`);
    },
  );

  it("become PNG at half again their size", () => {
    const svg = pictureSvg([boundFigure(traced)!]);
    const bytes = Buffer.from(png(svg));
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(bytes.readUInt32BE(16)).toBe(1.5 * Number(/ width="(\d+)"/.exec(svg)![1]));
  });

  it("a matrix becomes an image whose opacity is the square root of its values", () => {
    const rows = [
      [0, 1],
      [0.25, 0.04],
      [1, 0],
    ];
    const file = Buffer.from(pixels(rows).split(",")[1]!, "base64");
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([8, 12]);
    const start = file.indexOf("IDAT");
    const raw = inflateSync(file.subarray(start + 4, start + 4 + file.readUInt32BE(start - 4)));
    const opacity = (x: number, y: number): number => raw[y * (1 + 4 * 8) + 1 + 4 * x + 3]!;
    rows.forEach((row, y) =>
      row.forEach((share, x) => {
        for (const [i, j] of [
          [0, 0],
          [3, 3],
        ] as const)
          expect(opacity(4 * x + i, 4 * y + j)).toBe(Math.round(255 * Math.sqrt(share)));
      }),
    );
  });
});

describe("a trace", () => {
  it("marks the tokens that decide the output, and says what is right", () => {
    const text = tracedText({
      ...traced,
      sequence: { ...traced.sequence, tokens: traced.sequence.tokens.map((_, i) => `t${i}`) },
    });
    expect(text).toContain(
      "Length 15: 11 of 20 sequences right. Sequence 4 goes wrong first at output 5: it says 7,",
    );
    expect(text).toMatch(/\[t0\] t1 t2 t3 t4 \[t5\] t6 t7 t8 t9 \[t10\] t11 t12 t13 \[t14\] → /);
    // Four keys of fifteen with equal attention.
    expect(text).toMatch(/\n +1 +1 +26\.7 % +/);
    expect(text).toMatch(/1 +1 +0\.50 +1\.0 +1\.1 +2\.0 +3\.0 +14\n/);
    expect(text).toMatch(/any\n.*∞ +∞ +4\.0.*–\n/s);
    expect(text).toContain("a motivation and not a proof");
  });

  it("without a sparse rule has maps, no support and no lengths", () => {
    const { bound: _, ...rest } = traced;
    const dense = { ...rest, noBound: "Every bit counts.", sequence: { ...traced.sequence, supports: [] } };
    const page = tracePage(dense);
    expect(page).toContain("No lengths are predicted. Every bit counts.");
    expect(page).not.toContain("the support: tokens");
    expect(attentionFigure(dense).draw({ width: 400, palette: evalPalette })).not.toContain("<circle");
  });
});

const evalPalette = {
  text: "#000",
  quiet: "#000",
  line: "#000",
  page: "#fff",
  mark: "#f00",
  series: ["#00f"],
};

it("pages say what is in them to those who listen, and hold nothing that a folder's name would run", () => {
  for (const page of [evalPage(evaluated), tracePage(traced)]) {
    expect(page).not.toContain("<script>");
    expect(page).not.toMatch(/NaN|undefined/);
    expect(page.match(/role="img" aria-label="[^"]{40,}"/g)!.length).toBeGreaterThanOrEqual(4);
  }
});
