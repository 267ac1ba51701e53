import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../core/test/browser/chromium.ts";
import { problemOf, stateOf } from "../../page/state.ts";
import { explorerPage } from "../../scripts/explorer-page.ts";
import { twoTaskRisk } from "../../src/risk/two-task.ts";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

/** Small, so that exact curves take a moment. */
const small = "#d=5&n0=20&n1=60&s0=1&s1=1&delta=0.5&a=0.2&seed=3&draws=500";

/** Polls until the expectation holds; for as long as a busy machine may take. */
const expectSoon = <T>(read: () => T) => expect.poll(read, { timeout: 60_000 });

describe.skipIf(executablePath === undefined)(`the explorer in headless Chromium${reason}`, () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "outrigger-explorer-"));
    const file = join(folder, "explorer.html");
    await writeFile(file, await explorerPage());
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a page complained about, and what it asked of anything but itself. */
  interface Watched {
    readonly page: Page;
    readonly complaints: string[];
    readonly requests: string[];
  }

  async function visit(hash = small, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Watched> {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url + hash);
    return { page, complaints, requests };
  }

  const verdict = (page: Page) => page.locator("#verdict").textContent();
  /** The shape of the curve of the total risk. */
  const curve = (page: Page) => page.locator("#curve .risk path").getAttribute("d");
  const hash = (page: Page) => stateOf(new URL(page.url()).hash);
  const slider = (page: Page, name: string | RegExp) => page.getByRole("slider", { name });

  /** Waits until workers have answered all that they were asked. */
  async function finished(page: Page): Promise<void> {
    await expect
      .poll(() => page.locator("#simulated").textContent(), { timeout: 60_000 })
      .toMatch(/^(\d+) of \1 /);
    await expectSoon(() => page.locator("#curve-note").textContent()).not.toMatch(/being computed/);
  }

  /** The rows of the curve's table. */
  async function numbers(page: Page): Promise<string[][]> {
    return page.evaluate(
      "[...document.querySelectorAll('#curve-table tr')].map(row => [...row.children].map(cell => cell.textContent))",
    );
  }

  async function centre(locator: Locator): Promise<{ x: number; y: number }> {
    const { x, y, width, height } = (await locator.boundingBox())!;
    return { x: x + width / 2, y: y + height / 2 };
  }

  it("complains about nothing, asks for nothing, and cannot", async () => {
    const { page, complaints, requests } = await visit();
    await finished(page);
    expect(complaints).toEqual([]);
    expect(requests.filter((request) => !request.startsWith("blob:"))).toEqual([url]);
    const tried = await page.evaluate(
      `new Promise(resolve => { addEventListener("securitypolicyviolation", event => resolve(event.effectiveDirective));
        fetch("https://192.0.2.1/").catch(() => {}); })`,
    );
    expect(tried).toBe("connect-src");
    await page.close();
  });

  it("shows exact risks, and simulated ones within four standard errors of them", async () => {
    const { page } = await visit();
    await finished(page);
    expect(await page.locator("#curve-note").textContent()).toBe("The curve is exact.");
    const rows = await numbers(page);
    const named = (name: string) =>
      rows
        .find(([first]) => first!.startsWith(name))!
        .slice(1, 4)
        .map(Number);
    const problem = problemOf(stateOf(small));
    const { bias2, variance, risk } = twoTaskRisk(problem, [1, 0.2]);
    for (const [i, value] of [bias2, variance, risk].entries())
      expect(named("chosen")[i]! / value).toBeCloseTo(1, 3);
    expect(named("equal")[2]! / twoTaskRisk(problem, [1, 1]).risk).toBeCloseTo(1, 3);
    expect(named("alone")[2]! / (5 / 14)).toBeCloseTo(1, 3);
    const dots = rows.filter((row) => row[4] !== "").map((row) => row.slice(3).map(Number));
    expect(dots.length).toBe(11);
    for (const [exact, mean, error] of dots) {
      expect(error).toBeGreaterThan(0);
      expect(Math.abs(mean! - exact!) / error!).toBeLessThan(4);
    }
    expect(await page.locator("#curve g[aria-label=dot] circle").count()).toBeGreaterThan(11);
    await page.close();
  });

  it("draws the same numbers for the same seed, others for another, and can be stopped", async () => {
    const { page } = await visit();
    await finished(page);
    const first = await numbers(page);
    await page.getByRole("button", { name: "Draw others" }).click();
    expect(await page.getByLabel("Seed").inputValue()).toBe("4");
    await expectSoon(() => hash(page).seed).toBe(4);
    await finished(page);
    const second = await numbers(page);
    expect(second.at(-1)![4]).not.toBe(first.at(-1)![4]);
    expect(second.at(-1)![3]).toBe(first.at(-1)![3]);
    await page.getByLabel("Seed").fill("3");
    await page.getByLabel("Seed").press("Enter");
    await expectSoon(() => hash(page).seed).toBe(3);
    await finished(page);
    expect(await numbers(page)).toEqual(first);
    await page.goto(`${url}#d=50&n0=100&n1=100&draws=10000`);
    const stop = page.getByRole("button", { name: "Stop" });
    await expectSoon(() => stop.isEnabled()).toBe(true);
    await stop.click();
    await expectSoon(() => page.locator("#simulated").textContent()).toMatch(/^\d of 11 weights, stopped$/);
    await page.close();
  });

  it("follows a slider: curve, verdict, address, and what is read out", async () => {
    const { page } = await visit();
    const before = [await curve(page), await verdict(page)];
    await slider(page, /^Rows, auxiliary/).focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
    await expectSoon(() => hash(page).rows1).toBe(85);
    expect(await slider(page, /^Rows, auxiliary/).getAttribute("aria-valuetext")).toBe("85");
    expect(await page.getByLabel("Rows, auxiliary, number").inputValue()).toBe("85");
    await finished(page);
    const after = [await curve(page), await verdict(page)];
    for (const i of [0, 1]) expect(after[i]).not.toBe(before[i]);
    expect(await page.locator("#spoken").textContent()).toBe(after[1]);
    await page.close();
  });

  it("takes numbers that are typed, into their range, and ignores what is none", async () => {
    const { page } = await visit();
    const field = page.getByLabel("Features, number");
    await field.fill("7");
    await field.press("Enter");
    await expectSoon(() => hash(page).features).toBe(7);
    await field.fill("900");
    await field.press("Enter");
    await expectSoon(() => field.inputValue()).toBe("50");
    await field.fill("");
    await field.press("Tab");
    await expectSoon(() => field.inputValue()).toBe("50");
    await page.close();
  });

  it("opens at the setting of its address, and changes with it", async () => {
    const { page, complaints } = await visit(
      "#d=8&n0=30&n1=90&s0=2&s1=0.5&delta=1.5&a=0.05&seed=9&draws=100",
    );
    expect(await page.getByLabel("Squared distance, number").inputValue()).toBe("1.5");
    await finished(page);
    const first = await verdict(page);
    await page.getByRole("link", { name: "few rows of the primary" }).click();
    await expectSoon(() => verdict(page)).toMatch(/^Alone the primary has too few rows/);
    expect(await page.getByLabel("Rows, primary, number").inputValue()).toBe("15");
    await page.goBack();
    await expectSoon(() => verdict(page)).toBe(first);
    await page.reload();
    await expectSoon(() => verdict(page)).toBe(first);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("moves the point of the phase diagram by pointer and by arrow keys", async () => {
    const { page } = await visit();
    await finished(page);
    const point = page.locator("#phase .handle circle");
    await point.scrollIntoViewIfNeeded();
    const from = await centre(point);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 60, from.y - 40, { steps: 4 });
    const astray = async () => {
      const held = await centre(point);
      return Math.hypot(held.x - from.x - 60, held.y - from.y + 40);
    };
    await expectSoon(astray).toBeLessThan(6);
    await page.mouse.up();
    const words = await slider(page, /^Equal weights: where/).getAttribute("aria-valuetext");
    await expectSoon(() => `${hash(page).rows1} rows, Δ ${hash(page).distance}`).toBe(words);
    const dragged = hash(page);
    expect(dragged.rows1).toBeGreaterThan(60);
    expect(dragged.distance).toBeGreaterThan(0.5);
    await page.locator("#phase").focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowDown");
    await expectSoon(() => hash(page).distance).toBeLessThan(dragged.distance);
    expect(hash(page).rows1).toBeLessThan(dragged.rows1);
    expect(await page.evaluate("document.activeElement.id")).toBe("phase");
    expect(await slider(page, /^Equal weights: where/).getAttribute("aria-valuetext")).toContain(
      `${hash(page).rows1} rows`,
    );
    await page.close();
  });

  it("chooses a weight by a click on the curve, by arrow keys and by the buttons", async () => {
    const { page } = await visit();
    await finished(page);
    const { x, y } = await centre(page.locator("#curve svg"));
    await page.mouse.click(x, y);
    await expectSoon(() => hash(page).weight).toBeGreaterThan(0.2);
    const clicked = hash(page).weight;
    expect(clicked).toBeLessThan(0.6);
    await page.locator("#curve").focus();
    await page.keyboard.press("ArrowRight");
    await expectSoon(() => hash(page).weight).toBeGreaterThan(clicked);
    await page.getByRole("button", { name: "Equal weights" }).click();
    await expectSoon(() => hash(page).weight).toBe(1);
    await page.getByRole("button", { name: "Best weight" }).click();
    await expectSoon(() => verdict(page)).toMatch(/best weight, ([\d.]+),.*At the chosen weight, \1,/);
    await page.close();
  });

  it("keeps dots and exact points when only the weight changes", async () => {
    const { page } = await visit();
    await finished(page);
    await page.getByRole("button", { name: "Equal weights" }).click();
    await expectSoon(() => hash(page).weight).toBe(1);
    expect(await page.locator("#simulated").textContent()).toBe("11 of 11 weights");
    expect(await page.locator("#curve-note").textContent()).toBe("The curve is exact.");
    await page.close();
  });

  it("can be used with the keyboard alone, with a focus that can be seen", async () => {
    const { page } = await visit();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the verdict");
    const reached: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const [id, outline] = (await page.evaluate(
        "[document.activeElement.id || document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]",
      )) as [string, string];
      if (reached.includes(id) || (await page.evaluate("document.activeElement === document.body"))) break;
      expect([id, outline]).not.toEqual([id, "none"]);
      reached.push(id);
    }
    expect(reached).toEqual(
      expect.arrayContaining([
        "features",
        "weight-number",
        "use-best",
        "curve",
        "again",
        "phase",
        "What is computed",
      ]),
    );
    await page.close();
  });

  it("names every control and picture", async () => {
    const { page } = await visit();
    const tree = await page.locator("body").ariaSnapshot();
    expect(tree).not.toMatch(/- (slider|spinbutton|button|combobox|progressbar|textbox)(?! ")/);
    for (const id of ["curve-words", "phase-words"]) {
      const words = (await page.locator(`#${id}`).textContent())!;
      expect(words.length).toBeGreaterThan(80);
      expect(words).not.toMatch(/NaN|undefined/);
    }
    await page.close();
  });

  it("still answers where workers fail, and says that they do", async () => {
    const page = await browser.newPage();
    await page.addInitScript(
      `Worker = class extends EventTarget {
        terminate() {}
        postMessage({ kind }) { setTimeout(() => this.dispatchEvent(new ErrorEvent("error", { message: "no " + kind, cancelable: true }))); }
      }`,
    );
    await page.goto(url + small);
    await expectSoon(() => page.locator("#simulated").textContent()).toBe("The simulation failed: no dots");
    expect(await page.locator("#curve-note").textContent()).toMatch(/could not be computed: no curve$/);
    expect(await verdict(page)).toMatch(
      /^At equal weights the auxiliary data help: 0\.356 against 0\.357 alone/,
    );
    await slider(page, /^Features/).focus();
    await page.keyboard.press("ArrowLeft");
    await expectSoon(() => hash(page).features).toBe(4);
    await page.close();
  });

  it("fits a phone: the page does not scroll sideways, even with its tables open", async () => {
    const { page } = await visit(small, { viewport: { width: 390, height: 844 } });
    for (const details of await page.locator("details").all())
      await details.evaluate((element) => element.setAttribute("open", ""));
    await finished(page);
    const [inner, outer] = (await page.evaluate(
      "[document.documentElement.scrollWidth, innerWidth]",
    )) as number[];
    expect(inner).toBe(outer);
    const wide = await page.evaluate(
      "[...document.querySelectorAll('svg, input, button, select, figcaption')].filter(e => e.getBoundingClientRect().right > innerWidth).length",
    );
    expect(wide).toBe(0);
    await page.close();
  });

  it("is light or dark as the reader's system is", async () => {
    const colours = async (colorScheme: "light" | "dark"): Promise<number[]> => {
      const { page } = await visit(small, { colorScheme });
      await finished(page);
      const found = (await page.evaluate(
        `["background-color", "color"].map(name => getComputedStyle(document.body).getPropertyValue(name))
          .concat(getComputedStyle(document.querySelector("#curve .risk path")).stroke)`,
      )) as string[];
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
