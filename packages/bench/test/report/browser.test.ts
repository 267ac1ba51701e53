import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../core/test/browser/chromium.ts";
import { page as reportPage } from "../../src/report/page.ts";
import { found } from "../harness.ts";
import { problems } from "./problems.ts";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

/** A row may be a whole configuration. */
const configuration = {
  batchSize: 32,
  learningRate: 0.001,
  depth: 3,
  model: "d-mpnn",
  dropout: 0,
  width: 128,
  epochs: 60,
  inputs: "all",
  learningRateOfTheAuxiliaries: 0.0001,
};

/** What a results file may hold that would like to be code. */
const hostile = `</script><script>document.title = "taken"</script><img src="http://192.0.2.1/x.png" onerror="document.title='taken'">`;

describe.skipIf(executablePath === undefined)(`the report in headless Chromium${reason}`, () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    const { benchmark } = await found("toy/noise");
    const summaries = problems(
      { ...benchmark, description: hostile },
      {
        count: 2,
        change: (method, seed) => ({
          ...(method === "static" && { notes: [hostile] }),
          ...(method === "uniform" && { candidate: { index: 0, of: 1, options: configuration } }),
          ...(method === "static" &&
            seed === 0 && { status: "failed" as const, metrics: {}, error: hostile }),
        }),
      },
    );
    folder = await mkdtemp(join(tmpdir(), "outrigger-report-"));
    const file = join(folder, "index.html");
    writeFileSync(file, reportPage(summaries, [{ name: hostile, why: hostile }]));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a page complained about, and what it asked of the network. */
  interface Watched {
    readonly page: Page;
    readonly complaints: string[];
    readonly requests: string[];
  }

  async function visit(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Watched> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 }, ...options });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url);
    return { page, complaints, requests };
  }

  const table = (page: Page) => page.getByRole("region", { name: "toy/p0", exact: true });
  const column = (page: Page, index: number) =>
    table(page).locator(`tbody tr:visible td:nth-child(${index})`).allTextContents();

  it("asks for nothing but itself, complains about nothing, and runs no script that a results file brings", async () => {
    const { page, complaints, requests } = await visit();
    for (const details of await page.locator("details").all())
      await details.evaluate((element) => element.setAttribute("open", ""));
    await expect.poll(() => page.evaluate("document.querySelectorAll('details script').length")).toBe(0);
    expect(await page.locator("td.notes", { hasText: "taken" }).count()).toBeGreaterThan(10);
    expect(await page.title()).toBe("Did the auxiliary tasks help? Outrigger report");
    expect([complaints, requests]).toEqual([[], [url]]);
    const tried = await page.evaluate(
      `new Promise(resolve => { addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective));
        const e = document.createElement("script"); e.textContent = "document.title = 'taken'"; document.body.append(e); })`,
    );
    expect(tried).toMatch(/^script-src/);
    expect(await page.title()).not.toBe("taken");
    await page.close();
  });

  it("sorts by a heading, by mouse and by keyboard, and says how to those who listen", async () => {
    const { page } = await visit();
    const heading = table(page).getByRole("button", { name: /^difference to single-task/ });
    const sorted = () => heading.locator("..").getAttribute("aria-sort");
    const before = await column(page, 1);
    await heading.click();
    expect(await sorted()).toBe("ascending");
    expect((await column(page, 1)).map((text) => text.split(" ")[0])).toEqual([
      "pcgrad",
      "static",
      "uniform",
      "random",
      "single-task",
    ]);
    await page.keyboard.press("Enter");
    expect(await sorted()).toBe("descending");
    expect((await column(page, 1))[0]).toContain("random");
    expect(before[0]).toContain("single-task");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");
    await page.close();
  });

  it("leads from every cell to the trials behind it, which open, and filters them", async () => {
    const { page } = await visit();
    const cells = await table(page).locator("tbody td").all();
    for (const cell of cells)
      if ((await cell.textContent()) !== "–") expect(await cell.locator("a").count()).toBe(1);
    await table(page).getByRole("link", { name: "pcgrad" }).click();
    const trials = page.getByRole("region", { name: "Trials of pcgrad" }).first();
    await trials.waitFor({ state: "visible" });
    expect(await trials.locator("tbody tr").count()).toBe(12);
    const list = page.locator('[id="trials:toy.2f.p0::pcgrad"]');
    await list.getByRole("searchbox").fill("p0-pcgrad-1");
    expect(await trials.locator("tbody tr:visible").count()).toBe(3);
    expect(await list.locator("output").textContent()).toBe("3 of 12 rows");
    await list.getByRole("searchbox").fill("");
    expect(await trials.locator("tbody tr:visible").count()).toBe(12);
    await page.close();
  });

  it("can be read with the keyboard alone: first to the results, then into a table that scrolls", async () => {
    const { page } = await visit({ viewport: { width: 390, height: 800 } });
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the results");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toMatch(
      /^Leaderboard of/,
    );
    const scroll = "document.activeElement.scrollLeft";
    expect(await page.evaluate(scroll)).toBe(0);
    await page.keyboard.press("ArrowRight");
    // Not waitForFunction: its polling is eval, which the page's policy forbids.
    await expect.poll(() => page.evaluate(scroll)).toBeGreaterThan(0);
    await page.close();
  });

  it("shows all columns on a desk, however many options a row chose", async () => {
    const { page } = await visit();
    expect(await table(page).locator("tbody").textContent()).toContain("model=d-mpnn");
    expect(await table(page).evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    await page.close();
  });

  it("fits a phone: the page does not scroll sideways, wide tables do in a box of their own", async () => {
    const { page } = await visit({ viewport: { width: 390, height: 800 } });
    for (const details of await page.locator("details").all())
      await details.evaluate((element) => element.setAttribute("open", ""));
    await expect.poll(() => page.evaluate("document.querySelectorAll('details script').length")).toBe(0);
    const [inner, outer] = (await page.evaluate(
      "[document.documentElement.scrollWidth, innerWidth]",
    )) as number[];
    expect(inner).toBe(outer);
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('.scroll')].some(e => e.scrollWidth > e.clientWidth)",
      ),
    ).toBe(true);
    expect(await page.locator(".wide:visible").count()).toBe(0);
    expect(await page.locator(".narrow:visible").count()).toBeGreaterThan(5);
    await page.close();
  });

  it("is light or dark as the reader's system is, with figures that can be seen in both", async () => {
    const colours = async (colorScheme: "light" | "dark"): Promise<number[]> => {
      const { page } = await visit({ colorScheme });
      const found = (await page.evaluate(`[
        getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.body).color,
        getComputedStyle(document.querySelector("figure .wide svg")).color,
      ]`)) as string[];
      await page.close();
      return found.map((text) =>
        (text.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part) / 3, 0),
      );
    };
    const [lightPage, ...lightInk] = await colours("light");
    const [darkPage, ...darkInk] = await colours("dark");
    for (const ink of lightInk) expect(lightPage! - ink).toBeGreaterThan(150);
    for (const ink of darkInk) expect(ink - darkPage!).toBeGreaterThan(150);
  });
});
