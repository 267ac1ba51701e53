import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../core/test/browser/chromium.ts";
import { evalPage } from "../../src/report/eval-page.ts";
import { tracePage } from "../../src/report/trace-page.ts";
import { evaluated, traced } from "./problem.ts";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

describe.skipIf(executablePath === undefined)(`pages in headless Chromium${reason}`, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "outrigger-seq-pages-"));
    writeFileSync(join(folder, "eval.html"), evalPage(evaluated));
    writeFileSync(join(folder, "trace.html"), tracePage(traced));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(["eval.html", "trace.html"])(
    "%s asks for nothing, complains about nothing, and fits a phone and a desk, light and dark",
    async (name) => {
      const url = pathToFileURL(join(folder, name)).href;
      for (const [width, colorScheme] of [
        [1200, "light"],
        [390, "dark"],
      ] as const) {
        const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
        const complaints: string[] = [];
        const requests: string[] = [];
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("request", (request) => requests.push(request.url()));
        await page.goto(url);
        expect(complaints).toEqual([]);
        expect(requests.filter((each) => !each.startsWith("data:"))).toEqual([url]);
        expect(await page.title()).not.toBe("taken");
        expect(await page.evaluate("document.documentElement.scrollWidth === innerWidth")).toBe(true);
        const [shown, hidden] = width > 700 ? [".wide", ".narrow"] : [".narrow", ".wide"];
        expect(await page.locator(`${shown}:visible`).count()).toBeGreaterThanOrEqual(2);
        expect(await page.locator(`${hidden}:visible`).count()).toBe(0);
        const light = (await page.evaluate(
          `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color].map(text => Number(/\\d+/.exec(text)[0]))`,
        )) as number[];
        expect((light[0]! - light[1]!) * (colorScheme === "light" ? 1 : -1)).toBeGreaterThan(150);
        await page.close();
      }
    },
  );
});
