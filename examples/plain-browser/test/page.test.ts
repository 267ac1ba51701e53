import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../packages/core/test/browser/chromium.ts";
import { buildLibraries } from "../build-libraries.js";
import { training } from "../page/training.js";
import { serve } from "../serve.js";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

describe.skipIf(executablePath === undefined)(`the example of a page in headless Chromium${reason}`, () => {
  let libraries: string;
  let site: Awaited<ReturnType<typeof serve>>;
  let browser: Browser;

  beforeAll(async () => {
    libraries = await mkdtemp(join(tmpdir(), "outrigger-libraries-"));
    await buildLibraries(libraries, ["@outrigger/source", "browser", "module", "import", "default"]);
    site = await serve({ libraries });
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    if (libraries) await rm(libraries, { recursive: true, force: true });
  });

  async function visit(epochs: number): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => complaints.push(message.text()));
    // Without a limit: what hangs is ended by the test itself.
    await page.goto(`${site.url}?epochs=${epochs}`, { timeout: 0 });
    return { page, complaints };
  }

  const says = (page: Page, what: RegExp) =>
    expect.poll(() => page.locator("#status").textContent(), { timeout: 120_000 }).toMatch(what);
  const points = async (page: Page, curve: string): Promise<number> => {
    const drawn = await page.locator(`#curve-${curve}`).getAttribute("points");
    return drawn === null ? 0 : drawn.split(" ").length;
  };

  it("trains to the numbers of Node, draws a point an epoch, and complains about nothing", async () => {
    const { page, complaints } = await visit(10);
    await page.getByRole("button", { name: "Train" }).click();
    await says(page, /^(Finished|That did not work)/);
    const status = (await page.locator("#status").textContent())!;
    const expected = await training({ epochs: 10 });
    const rmse = Number(/^Finished after 10 epochs: RMSE ([\d.]+) on test\.$/.exec(status)?.[1]);
    expect(Math.abs(rmse - expected.rmse!)).toBeLessThan(2e-3);
    for (const curve of ["y", "a", "v"]) expect(await points(page, curve)).toBe(10);
    expect(await page.locator("#progress").evaluate((bar) => (bar as HTMLProgressElement).value)).toBe(1);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("stops when told to, keeps what it has, and can begin again", async () => {
    const { page } = await visit(1_000_000);
    const [train, stop] = ["Train", "Stop"].map((name) => page.getByRole("button", { name }));
    expect(await stop!.isDisabled()).toBe(true);
    await train!.click();
    await says(page, /^Epoch \d+ of 1000000/);
    await stop!.click();
    await says(page, /^Stopped after \d+ epochs: RMSE [\d.]+ on test\.$/);
    expect(await points(page, "y")).toBeGreaterThan(0);
    await train!.click();
    await says(page, /^Epoch \d+ of 1000000/);
    await stop!.click();
    await page.close();
  });
});
