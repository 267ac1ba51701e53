import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Benchmark } from "@outrigger/bench/benchmark";
import { page as reportPage } from "@outrigger/bench/report/page";
import type { Random } from "@outrigger/core/random";
import { cardPage } from "@outrigger/molecular/card/card-page";
import { comparisonPage } from "@outrigger/molecular/card/comparison-page";
import { compare } from "@outrigger/molecular/compare/compare";
import { readMolecules } from "@outrigger/molecular/data/dataset";
import { makePredictor } from "@outrigger/molecular/predictor/predictor";
import { trainPredictor } from "@outrigger/molecular/training/train-predictor";
import { evalPage } from "@outrigger/seq-length/report/eval-page";
import { tracePage } from "@outrigger/seq-length/report/trace-page";
import { makeDetector } from "@outrigger/vision-rock/predictor/detector";
import { readDetector } from "@outrigger/vision-rock/predictor/folder";
import { reportPage as detectorPage } from "@outrigger/vision-rock/report/report-page";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { problems } from "../packages/bench/test/report/problems.ts";
import { findChromium } from "../packages/core/test/browser/chromium.ts";
import { quick, tiny, tinyCsv } from "../packages/molecular/test/user/tiny.ts";
import { evaluated, traced } from "../packages/seq-length/test/report/problem.ts";
import { command, tinyFlags } from "../packages/vision-rock/test/user/tiny.ts";
import { fault, kept, pick } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();

/** Texts that would like to be code, by where they might stand: in content, in an attribute, in a script, in a style, in SVG. */
const payloads = [
  `<script>document.title="taken"</script>`,
  `"><script>document.title="taken"</script>`,
  `'><img src=x onerror="document.title='taken'">`,
  `</title><svg onload="document.title='taken'">`,
  `</script><script>document.title="taken"</script>`,
  `</style><script>document.title="taken"</script>`,
  `" onmouseover="document.title='taken'" autofocus onfocus="document.title='taken'" x="`,
  `javascript:document.title="taken"`,
  `<iframe src="http://192.0.2.1/"></iframe>`,
  `<link rel=stylesheet href="http://192.0.2.1/a.css">`,
  `<meta http-equiv="refresh" content="0;url=http://192.0.2.1/">`,
  `<base href="http://192.0.2.1/">`,
  `<form action="http://192.0.2.1/"><button autofocus>`,
  `--><script>document.title="taken"</script><!--`,
  `]]><script>document.title="taken"</script>`,
  `\u2028</script\u00a0><script>document.title="taken"</script>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror="document.title='taken'">`,
  `CC(=O)O<script>document.title="taken"</script>`,
  // What String.replace would put something else for.
  `$' onload="document.title='taken'"`,
  `$&><script>document.title="taken"</script>`,
];

/** A page made with a hostile text in every place that others fill. */
const pages: Readonly<Record<string, (nasty: string) => string | Promise<string>>> = {
  "the report: titles, descriptions, metrics, methods, groups, notes, errors": (nasty) => {
    const template = {
      name: "toy/p",
      version: 1,
      title: nasty,
      description: nasty,
      metric: { name: "rmse", better: "lower", unit: nasty },
      baseline: "single-task",
      source: "embedded",
      simulated: true,
      run: () => Promise.reject(new Error("never")),
    } as unknown as Benchmark;
    const summaries = problems(template, {
      count: 2,
      seeds: 3,
      change: (method, seed) => ({
        ...(method === "pcgrad" && { group: "", notes: [nasty], options: { [nasty]: nasty } }),
        ...(method === "static" && seed === 0 && { status: "failed" as const, metrics: {}, error: nasty }),
        ...(method === "uniform" && { curves: { "validation/rmse": [2, 1], [`weight/${nasty}`]: [1, 2] } }),
        datasets: [{ name: nasty, sha256: nasty }],
      }),
    });
    return reportPage(summaries, [{ name: nasty, why: nasty }]);
  },
  "the card of a predictor: file, column, SMILES": (nasty) => card(nasty),
  "the comparison of inputs and auxiliaries: file": async (nasty) =>
    comparisonPage({ ...(await comparison), data: nasty }),
  "the curves of eval: folders": (nasty) =>
    evalPage(JSON.parse(JSON.stringify(evaluated).replaceAll('"b"', () => JSON.stringify(nasty))) as never),
  "the trace: folder, tokens": (nasty) => {
    const { sequence } = traced;
    return tracePage({
      ...traced,
      folder: nasty,
      task: { name: nasty, describe: nasty },
      sequence: { ...sequence!, said: nasty, expected: nasty, tokens: sequence!.tokens.with(4, nasty) },
    } as never);
  },
  "the report of a detector: classes, data sets": async (nasty) => {
    const { record, network, params } = readDetector(await detectorFolder);
    const text = JSON.stringify(record);
    const other = text
      .replaceAll(JSON.stringify(record.classes[0]), () => JSON.stringify(nasty))
      .replaceAll('"rooms:6"', () => JSON.stringify(nasty));
    const detector = makeDetector({
      record: JSON.parse(other) as never,
      network,
      params,
      run: { threads: 1 },
    });
    const page = await detectorPage(detector, []);
    await detector.dispose();
    return page;
  },
};

async function card(nasty: string): Promise<string> {
  const column = nasty.replaceAll(/\s/g, " ");
  const text = tinyCsv(60, [`"${nasty.replaceAll('"', '""')}"`]).replace(
    "smiles,y,",
    () => `smiles,"${column.replaceAll('"', '""')}",`,
  );
  const table = await readMolecules({ text }, { targets: [column] });
  const trained = (await trainPredictor(
    { ...table, name: nasty },
    tiny({ targets: [column], ensemble: 1, epochs: 1 }),
    quick,
  ))!;
  const predictor = await makePredictor({ ...trained, run: quick.run! });
  const page = await cardPage(predictor);
  await predictor.dispose();
  return page;
}

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";
let comparison: Promise<NonNullable<Awaited<ReturnType<typeof compare>>>>;
let detectorFolder: Promise<string>;

describe.skipIf(executablePath === undefined)(`Hostile texts in pages, in headless Chromium${reason}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    comparison = readMolecules({ text: tinyCsv(60) }, { targets: ["y"] }).then(
      async (table) => (await compare(table, tiny(), { tries: 1, seeds: 2, run: quick.run! }))!,
    );
    const out = fresh();
    detectorFolder = command("train", "rooms:6", ...tinyFlags, "--no-report", "--out", out).then(
      ({ code, err }) => {
        if (code !== 0) throw new Error(err);
        return out;
      },
    );
    // Their errors are those of the cases that wait for them.
    void Promise.allSettled([comparison, detectorFolder]);
  });
  afterAll(() => browser?.close());

  /** @throws Lost when anything of a page ran, was fetched or complained. */
  async function safe(html: string): Promise<void> {
    kept(
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/.test(html),
      "the page has no policy",
    );
    const path = join(fresh(), "page.html");
    writeFileSync(path, html);
    const url = pathToFileURL(path).href;
    const page = await browser.newPage();
    const seen: string[] = [];
    page.on("console", (message) => seen.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
    page.on("dialog", (dialog) => void dialog.dismiss().then(() => seen.push("dialog")));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:")) seen.push(`request: ${request.url()}`);
    });
    await page.goto(url);
    for (const details of await page.locator("details").all())
      await details.evaluate((element) => element.setAttribute("open", ""));
    await page.waitForTimeout(100);
    const taken = (await page.title()) === "taken" || page.url() !== url;
    // Elements of the payloads; a text that is shown as text makes none.
    const foreign = await page
      .locator(
        "iframe, link, base, form, math, meta[http-equiv=refresh], img[src=x], [onload], [onerror], [onfocus], [onmouseover], a[href^=javascript]",
      )
      .count();
    await page.close();
    kept(!taken, "a script of the text ran, or led away");
    kept(seen.length === 0, `the page asked or complained: ${seen.join("; ")}`);
    kept(foreign === 0, "the text became an element");
  }

  for (const [name, make] of Object.entries(pages))
    fault(name, { cases: [name.includes("card") ? 6 : payloads.length, 1] }, async (random: Random, i) => {
      await safe(
        await make(i < payloads.length && !name.includes("card") ? payloads[i]! : pick(random, payloads)),
      );
    });
});
