import type { Page } from "playwright-core";

/** Widths in pixels that a page must fit: a laptop and a phone. */
const WIDTHS = [1280, 390];

/** Opens a page as a reader does. What was wrong with it, a sentence each; none when all is well. */
export async function visit(page: Page, site: string, address: string): Promise<string[]> {
  const complaints: string[] = [];
  const listeners = {
    console: (message: { type(): string; text(): string }) => {
      if (message.type() === "error") complaints.push(`console: ${message.text()}`);
    },
    pageerror: (error: Error) => complaints.push(`error: ${error.message}`),
    requestfailed: (request: { url(): string; failure(): { errorText: string } | null }) => {
      const text = request.failure()?.errorText;
      // What the page before was fetching for links that nobody followed.
      if (text !== "net::ERR_ABORTED") complaints.push(`request of ${request.url()} failed: ${text}`);
    },
    response: (response: { status(): number; url(): string }) => {
      if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
    },
    request: (request: { url(): string }) => {
      if (!request.url().startsWith(`${site}/`) && !request.url().startsWith("data:"))
        complaints.push(`it asks another site: ${request.url()}`);
    },
  };
  const all = Object.entries(listeners) as [never, never][];
  for (const [event, listener] of all) page.on(event, listener);
  const response = await page.goto(site + address);
  if (response?.status() !== 200) complaints.push(`status ${response?.status()}`);
  // Vue has taken the page over: what it dislikes about the HTML it has said by now.
  await page.waitForFunction("document.querySelector('#app').__vue_app__ !== undefined");
  complaints.push(...(await contents(page)), ...(await overflows(page)));
  for (const [event, listener] of all) page.off(event, listener);
  return complaints.map((text) => `${address}: ${text}`);
}

async function contents(page: Page): Promise<string[]> {
  const { titles, broken } = (await page.evaluate(`(async () => ({
    titles: [...document.querySelectorAll("h1")].filter((h) => h.textContent.trim() !== "").length,
    broken: (await Promise.all([...document.images].map(async (image) => {
      image.loading = "eager";
      await image.decode().catch(() => {});
      return image.naturalWidth > 0 ? [] : [image.src];
    }))).flat(),
  }))()`)) as { titles: number; broken: string[] };
  return [
    ...(titles === 1 ? [] : [`${titles} headings of the first level`]),
    ...broken.map((source) => `the picture ${source} is not shown`),
  ];
}

async function overflows(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const wide = (await page.evaluate("document.documentElement.scrollWidth")) as number;
    if (wide > width) found.push(`${wide} pixels wide in a window of ${width}`);
  }
  return found;
}
