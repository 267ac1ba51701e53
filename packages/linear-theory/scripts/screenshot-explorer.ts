import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { findChromium } from "../../core/test/browser/chromium.ts";

/** Draws docs/explorer.png from explorer.html, once its curve is exact and all dots are there. */
const local = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const executablePath = findChromium();
if (executablePath === undefined) throw new Error("No Chromium on the path and none in $CHROMIUM.");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({
  viewport: { width: 1240, height: 900 },
  colorScheme: "light",
  deviceScaleFactor: 1.25,
});
await page.goto(pathToFileURL(local("explorer.html")).href);
await page.getByText("11 of 11 weights").waitFor();
await page.getByText("The curve is exact.").waitFor();
await page.screenshot({ path: local("docs/explorer.png"), fullPage: true });
await browser.close();
