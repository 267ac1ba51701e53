import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../core/test/browser/chromium.ts";
import { openSite, type Site } from "../../../core/test/browser/site.ts";
import { readPredictor, writePredictor } from "../../src/predictor/folder.ts";
import type { Predictor } from "../../src/predictor/predictor.ts";
import { quick, temporary, tinyTrained } from "../user/tiny.ts";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

const models = {
  gin: { name: "gin", width: 8, depth: 2 },
  mlp: { name: "mlp", width: 8, bits: 128, dropout: 0.2 },
} as const;

describe.skipIf(executablePath === undefined)(`the page in headless Chromium${reason}`, () => {
  let site: Site;
  let browser: Browser;
  const folders = { gin: temporary(), mlp: temporary() };

  beforeAll(async () => {
    for (const name of ["gin", "mlp"] as const)
      writePredictor(
        folders[name],
        await tinyTrained({ model: models[name], split: { variant: "random", fractions: [0.4, 0.4, 0.2] } }),
      );
    site = await openSite(new URL("../../page/", import.meta.url));
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  async function visit(name: "gin" | "mlp"): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.route("**/model/*", async (route) => {
      const file = new URL(route.request().url()).pathname.split("/").at(-1)!;
      await route.fulfill({ body: readFileSync(join(folders[name], file)) });
    });
    await page.goto(site.url);
    await page.getByText("Ready.").waitFor({ timeout: 200_000 });
    return { page, complaints };
  }

  async function ask(page: Page, smiles: string): Promise<void> {
    await page.getByLabel("SMILES").fill(smiles);
    await page.getByRole("button", { name: "Predict" }).click();
    await page.getByText("Ready.").waitFor({ timeout: 200_000 });
  }

  it.each(["gin", "mlp"] as const)(
    "reads the number of Node for a typed molecule with a %s, and draws it",
    async (name) => {
      const predictor: Predictor = await readPredictor(folders[name], { run: quick.run! });
      const { page, complaints } = await visit(name);
      for (const smiles of ["CCO", "c1ccccc1C(=O)N"]) {
        await ask(page, smiles);
        const [found] = await predictor.predict([smiles]);
        const expected = found?.ok ? found.targets["y"]!.value : Number.NaN;
        const shown = page.locator(".value");
        expect(Math.abs(Number(await shown.getAttribute("data-value")) - expected)).toBeLessThan(1e-4);
        expect(await shown.textContent()).toContain("y: ");
        expect(await page.locator("#result").textContent()).toMatch(
          /between .* and .*Nearest training molecule: /,
        );
        expect(await page.locator("#drawing svg").count()).toBe(1);
      }
      expect(complaints).toEqual([]);
      await page.close();
      await predictor.dispose();
    },
  );

  it("says why there is no prediction, and shows what was typed as text only", async () => {
    const { page, complaints } = await visit("mlp");
    await ask(page, "C1CC");
    expect(await page.locator(".wrong").textContent()).toMatch(/ring/);
    await ask(page, "<img src=x onerror=alert(1)>");
    expect(await page.locator("#result img").count()).toBe(0);
    expect(await page.locator("#drawing svg").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("names what is missing where there is no model", async () => {
    const page = await browser.newPage();
    await page.route("**/model/*", (route) => route.fulfill({ status: 404 }));
    await page.goto(site.url);
    await page.locator(".wrong").waitFor({ timeout: 200_000 });
    expect(await page.locator(".wrong").textContent()).toMatch(
      /model\/model\.(json|safetensors) could not be fetched: 404/,
    );
    await page.close();
  });
});
