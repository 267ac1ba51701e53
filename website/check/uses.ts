import type { Browser, Page } from "playwright-core";

/** What is done with the site as a whole. Each ends with what was wrong, a sentence each. */
export const uses: readonly ((browser: Browser, site: string) => Promise<string[]>)[] = [search, dark];

/** Somebody looks for a method by its name, with the keyboard. */
async function search(browser: Browser, site: string): Promise<string[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${site}/`);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("searchbox").fill("pcgrad");
  const result = page.locator('a.result[href^="/methods/pcgrad"]').first();
  try {
    await result.waitFor({ timeout: 60_000 });
    await result.click();
    await page.getByRole("heading", { level: 1, name: "pcgrad" }).waitFor({ timeout: 60_000 });
    return [];
  } catch (error) {
    return [`the search for pcgrad does not lead to its page: ${(error as Error).message.split("\n")[0]}`];
  } finally {
    await page.close();
  }
}

/** Least contrast of a text and its ground, as WCAG 2.1 counts it (level AA). */
const CONTRAST = 4.5;
const TEXTS = [".vp-doc p", ".vp-doc h1", ".vp-doc p > a", ".vp-doc p code", ".vp-doc td", ".VPSidebar p"];

/** In a dark system the page is dark, and its texts are light. */
async function dark(browser: Browser, site: string): Promise<string[]> {
  const page = await browser.newPage({ colorScheme: "dark", viewport: { width: 1280, height: 900 } });
  await page.goto(`${site}/packages/core-bench/`);
  const ground = await brightness(page, "body", "backgroundColor");
  const found = ground < 0.1 ? [] : [`a dark page has a ground of luminance ${ground.toFixed(2)}`];
  for (const text of TEXTS) {
    const contrast = ((await brightness(page, text, "color")) + 0.05) / (ground + 0.05);
    if (!(contrast >= CONTRAST))
      found.push(`${text} has a contrast of ${contrast.toFixed(1)} on a dark page`);
  }
  await page.close();
  return found;
}

/** Relative luminance of a colour of the first such element, from 0 to 1; NaN where there is none. */
async function brightness(page: Page, selector: string, property: string): Promise<number> {
  const colour = (await page.evaluate(
    `(() => { const e = document.querySelector(${JSON.stringify(selector)}); return e === null ? "" : getComputedStyle(e).${property}; })()`,
  )) as string;
  const [red, green, blue] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return red === undefined ? Number.NaN : 0.2126 * red + 0.7152 * green! + 0.0722 * blue!;
}
