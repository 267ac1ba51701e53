import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../core/test/browser/chromium.ts";
import { cardPage, examplesOf, modelWords } from "../../src/card/card-page.ts";
import { comparisonPage } from "../../src/card/comparison-page.ts";
import { domainBins, rocPoints } from "../../src/card/target-figures.ts";
import { compare } from "../../src/compare/compare.ts";
import { comparisonText } from "../../src/compare/comparison-text.ts";
import { makePredictor } from "../../src/predictor/predictor.ts";
import type { TestRow } from "../../src/training/report.ts";
import { quick, temporary, tiny, tinyTable, tinyTrained } from "./tiny.ts";

process.env["OUTRIGGER_CACHE"] = temporary();
const nasty = `<script>document.title="taken"</script>"'&`;
const folder = temporary();
let card = "";
let page = "";
let text = "";
let comparison: Awaited<ReturnType<typeof compare>>;

beforeAll(async () => {
  const trained = await tinyTrained({
    auxiliary: ["NumHBD"],
    method: "uncertainty",
    ensemble: 1,
    targets: ["y", "class"],
  });
  const { record } = trained;
  const { report } = record;
  const renamed = {
    ...record,
    report: {
      ...report,
      data: {
        ...report.data,
        name: nasty,
        invalid: 1,
        problems: [{ row: 7, value: nasty, reason: nasty }],
      },
    },
  };
  const predictor = await makePredictor({ ...trained, record: renamed, run: quick.run! });
  card = await cardPage(predictor);
  await predictor.dispose();
  comparison = await compare(await tinyTable(60, ["y"]), tiny(), { tries: 1, seeds: 2, run: quick.run! });
  text = comparisonText(comparison!);
  page = comparisonPage({ ...comparison!, data: nasty });
  writeFileSync(join(folder, "card.html"), card);
  writeFileSync(join(folder, "comparison.html"), page);
});

describe("the model card", () => {
  it("has every part, and nothing of a file breaks out of it", () => {
    for (const heading of [
      "How good it is",
      "Measured and predicted",
      "ROC curve",
      "Do the intervals hold?",
      "Do the prediction sets hold?",
      "Where it should not be trusted",
      "Weights of the auxiliary tasks",
      "Which atoms matter",
      "predicted worst",
      "Limits",
      "Rows left out (1)",
    ])
      expect(card).toContain(heading);
    expect(card).toContain("6 test molecules are few");
    expect(card).toContain("default-src 'none'");
    for (const each of [card, page]) {
      expect(each).not.toContain("<script");
      expect(each).toContain("&lt;script&gt;");
      expect(each).not.toMatch(/(NaN|undefined|Infinity)/);
    }
  });

  it.each([
    ["gin", "graph isomorphism network (gin), width 128, depth 5, dropout 0, virtualNode true"],
    ["gcn", "graph convolutional network (gcn), width 128, depth 5, dropout 0, virtualNode true"],
    ["d-mpnn", "message passing along directed bonds (d-mpnn), width 300, depth 3, dropout 0, readout sum"],
    ["attentive-fp", "graph network with attention (attentive-fp), width 200, depth 2, steps 2, dropout 0.2"],
    ["mlp", "perceptron on fingerprints (mlp), width 256, dropout 0.3, fingerprint maccs, bits 168"],
  ] as const)("names the model %s", (name, words) => {
    const model = name === "mlp" ? ({ name, fingerprint: "maccs" } as const) : { name };
    expect(modelWords(tiny({ model, ensemble: 1, inputs: "none" }))).toBe(words);
  });

  const row = (value: number, label: number, similarity = 1): TestRow => ({
    smiles: `${value} ${label} ${similarity}`,
    label,
    value,
    sd: null,
    similarity,
    scaffoldSeen: null,
  });

  it("bins errors by similarity, every molecule once", () => {
    const similarities = [0, 0.3, 0.39, 0.4, 0.7, 1];
    const bins = domainBins({ kind: "regression", test: similarities.map((s, i) => row(i, 0, s)) });
    expect(bins.map(({ molecules }) => molecules)).toEqual([1, 2, 1, 0, 2]);
    expect(bins.map(({ error }) => error)).toEqual([0, 1.5, 3, null, 4.5]);
  });

  it("draws a ROC curve with one step for equal probabilities", () => {
    expect(rocPoints([row(0.9, 1), row(0.5, 0), row(0.5, 1), row(0.1, 0)])).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 0.5 },
      { x: 0.5, y: 1 },
      { x: 1, y: 1 },
    ]);
  });

  it("shows each example once", () => {
    const test = [row(1, 1), row(2, 0), row(9, 0), row(0.5, 0, 0.1)];
    expect(examplesOf({ test }).map(({ why, row: { value } }) => [why, value])).toEqual([
      ["predicted best", 1],
      ["ordinary error", 2],
      ["predicted worst", 9],
      ["least like training", 0.5],
    ]);
    expect(examplesOf({ test: [row(1, 1)] })).toHaveLength(1);
  });
});

describe("a comparison", () => {
  it("gives every arm the same seeds and tries, and pairs them", () => {
    const { arms, differences, tries, seeds } = comparison!;
    expect(arms.map(({ name }) => name)).toEqual(["single", "auxiliary", "inputs", "both"]);
    for (const { test, validation } of arms) expect([test.length, validation.length]).toEqual([2, 2]);
    expect([tries, seeds]).toEqual([1, [0, 1]]);
    const [single, auxiliary] = arms;
    const mean = [0, 1].reduce((sum, i) => sum + (auxiliary!.test[i]! - single!.test[i]!) / 2, 0);
    expect(differences[0]!.mean).toBeCloseTo(mean, 12);
    expect(new Set(differences.map(({ verdict }) => verdict))).toEqual(new Set(["too few to tell"]));
  });

  it("says so in words", () => {
    expect(text).toMatch(/Auxiliary tasks: too few to tell \(rmse [+−]?[\d.]+ on average of 2\)/);
    expect(text).toContain("each with a split of its own (split random)");
    expect(page).toContain("Auxiliary tasks: too few to tell");
  });
});

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

describe.skipIf(executablePath === undefined)(`both pages in headless Chromium${reason}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  it.each(["card.html", "comparison.html"])(
    "%s asks for nothing, complains about nothing, and fits a phone and a desk, light and dark",
    async (name) => {
      const url = pathToFileURL(join(folder, name)).href;
      for (const [width, colorScheme] of [
        [1200, "light"],
        [390, "dark"],
      ] as const) {
        const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
        const complaints: string[] = [];
        const requests: string[] = [];
        tab.on("console", (message) => complaints.push(message.text()));
        tab.on("pageerror", (error) => complaints.push(error.message));
        tab.on("request", (request) => requests.push(request.url()));
        await tab.goto(url);
        expect([complaints, requests]).toEqual([[], [url]]);
        expect(await tab.title()).not.toBe("taken");
        expect(await tab.evaluate("document.documentElement.scrollWidth === innerWidth")).toBe(true);
        await tab.close();
      }
    },
  );
});
