/** `npm run check -w website`: every page of the built site in headless Chromium, on a laptop and on a phone, then its search and its dark colours. */
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { preview } from "vite";
import { findChromium } from "../../packages/core/test/browser/chromium.ts";
import { built, readSite } from "./built-site.ts";
import { uses } from "./uses.ts";
import { visit } from "./visit.ts";

const executablePath = findChromium();
if (executablePath === undefined) {
  console.log("The site was not checked: no Chromium on the path and none in $CHROMIUM.");
  process.exit();
}
/** All, or those that begin with one of the arguments: `npm run check -w website -- /methods/ /api/core`. */
const starts = process.argv.length > 2 ? process.argv.slice(2) : ["/"];
const addresses = readSite()
  .pages.map(({ address }) => address)
  .filter((address) => starts.some((start) => address.startsWith(start)));
const server = await preview({
  root: join(import.meta.dirname, ".."),
  configFile: false,
  appType: "mpa",
  logLevel: "error",
  build: { outDir: built },
  preview: { port: 0, host: "127.0.0.1" },
});
const site = `http://127.0.0.1:${(server.httpServer.address() as AddressInfo).port}`;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

const page = await browser.newPage();
// A limit for what hangs, not for what is slow: machines are shared.
page.setDefaultTimeout(120_000);
const complaints: string[] = [];
for (const address of addresses) complaints.push(...(await visit(page, site, address)));
for (const use of uses) complaints.push(...(await use(browser, site)));

await browser.close();
await server.close();
for (const complaint of complaints) console.error(complaint);
console.log(`${addresses.length} pages, search and dark colours: ${complaints.length} complaints`);
if (complaints.length > 0) process.exitCode = 1;
