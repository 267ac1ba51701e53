import { readFileSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { build, type Plugin } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../core/test/browser/chromium.ts";
import { openSite, type Site } from "../../../core/test/browser/site.ts";
import { readPicture } from "../../src/folder/read-picture.ts";
import { loadDetector } from "../../src/predictor/folder.ts";
import { command, makeEager, temporary, tinyFlags, tinyRooms } from "../user/tiny.ts";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";
const source = new URL("../../page/", import.meta.url);
const base = temporary();
const at = (name: string): string => join(base, name);

it("the page needs none of Node's modules, and neither sharp nor h5wasm", async () => {
  const asked: string[] = [];
  const listen: Plugin = {
    name: "builtins",
    enforce: "pre",
    resolveId(name, importer = "") {
      if (!isBuiltin(name) && !["sharp", "h5wasm", "commander"].includes(name)) return null;
      asked.push(`${importer.replace(/^.*\/(packages|node_modules)\//, "")}: ${name}`);
      return `\0nothing:${name}`;
    },
    load: (id) => (id.startsWith("\0nothing:") ? "export default {}" : null),
  };
  const built = await build({
    root: fileURLToPath(source),
    configFile: false,
    logLevel: "error",
    plugins: [listen],
    resolve: { conditions: ["@outrigger/source", "browser", "module", "import", "default"] },
    build: { write: false, target: "esnext", minify: false },
  });
  // Packages that ask for one and do without are no matter; files of these two would be.
  expect(asked.filter((who) => /^(core|vision-rock)\//.test(who))).toEqual([]);
  expect("output" in built && built.output.length).toBeGreaterThan(1);
});

describe.skipIf(executablePath === undefined)(`the page in headless Chromium${reason}`, () => {
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    await command("train", "rooms:6", ...tinyFlags, "--no-report", "--out", at("model"));
    makeEager(at("model"));
    const { rgb, width, height } = await tinyRooms().get(1);
    const upright = sharp(rgb, { raw: { width, height, channels: 3 } }).resize(128, 96, {
      kernel: "nearest",
    });
    await upright.png().toFile(at("upright.png"));
    // Stored on its side, with a tag that turns it back.
    await sharp(at("upright.png")).rotate(90).withMetadata({ orientation: 8 }).png().toFile(at("turned.png"));
    writeFileSync(at("cut.png"), readFileSync(at("upright.png")).subarray(0, 40));
    site = await openSite(source);
    browser = await chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });
  }, 200_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  async function visit(): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.route("**/model/*", async (route) => {
      const file = new URL(route.request().url()).pathname.split("/").at(-1)!;
      await route.fulfill({ body: readFileSync(join(at("model"), file)) });
    });
    await page.goto(site.url);
    await page.getByText("Ready.").waitFor({ timeout: 200_000 });
    return { page, complaints };
  }

  async function choose(page: Page, name: string): Promise<void> {
    await page.getByLabel("Picture").setInputFiles(at(name));
    await page.locator("#result:visible").waitFor({ timeout: 200_000 });
    await page.getByText("Ready.").waitFor({ timeout: 200_000 });
  }

  const boxes = (page: Page): Promise<number[][]> =>
    page
      .locator("tr[data-box]")
      .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-box")!.split(" ").map(Number)));

  it("finds what Node finds in a chosen picture, turned or not, and draws it", async () => {
    const detector = await loadDetector(at("model"), { run: { threads: 1, spinning: false } });
    const { objects } = await detector.detect(await readPicture(at("upright.png")), { score: 0.1 });
    await detector.dispose();
    expect(objects.length).toBeGreaterThan(2);
    const { page, complaints } = await visit();
    await page.getByLabel("Least probability").fill("0.1");
    for (const name of ["upright.png", "turned.png"]) {
      await choose(page, name);
      const found = await boxes(page);
      expect(found).toHaveLength(objects.length);
      found.forEach((box, i) => {
        box.forEach((value, k) => expect(Math.abs(value - objects[i]!.box[k]!)).toBeLessThan(0.05));
      });
      const listed = await page.locator("tr[data-box] td:first-child").allTextContents();
      expect(listed).toEqual(objects.map((object) => object.name));
      expect(await page.locator("#boxes svg text").count()).toBe(objects.length);
    }
    const sizes = await page.evaluate(
      `["picture", "depth", "normals"].map((id) => { const c = document.getElementById(id); return [c.width, c.height]; })`,
    );
    expect(sizes).toEqual([
      [128, 96],
      [8, 6],
      [8, 6],
    ]);
    // The overlay lies on the picture, at every width.
    const [canvas, overlay] = await Promise.all(
      ["#picture", "#boxes svg"].map((place) => page.locator(place).boundingBox()),
    );
    for (const side of ["x", "y", "width", "height"] as const)
      expect(Math.abs(canvas![side] - overlay![side])).toBeLessThan(1.5);
    expect(await page.locator("#scene").textContent()).toMatch(/^Scene: \w+.*, probability 0\.\d\d$/);
    expect(await page.locator("#scale").textContent()).toMatch(/ m.* m/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows fewer boxes for a greater probability, without looking again", async () => {
    const { page } = await visit();
    const scores = (): Promise<number[]> =>
      page
        .locator("tr[data-score]")
        .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-score"))));
    await page.getByLabel("Least probability").fill("0.05");
    await choose(page, "upright.png");
    const all = await scores();
    const middle = Math.ceil(20 * all[all.length >> 1]!) / 20;
    for (const least of [middle, 0.95]) {
      await page.getByLabel("Least probability").fill(least.toFixed(2));
      expect(await scores()).toEqual(all.filter((score) => score >= least));
    }
    expect(all.filter((score) => score >= middle).length).toBeLessThan(all.length);
    await page.close();
  });

  it("says what is wrong with a file that is no picture, and with a folder without a detector", async () => {
    const { page } = await visit();
    await page.getByLabel("Picture").setInputFiles(at("cut.png"));
    await page.locator(".wrong").waitFor({ timeout: 200_000 });
    expect(await page.locator(".wrong").textContent()).toBe("cut.png cannot be read as a picture.");
    await page.route("**/model/*", (route) => route.fulfill({ status: 404 }));
    await page.goto(site.url);
    await page.locator(".wrong").waitFor({ timeout: 200_000 });
    expect(await page.locator(".wrong").textContent()).toMatch(
      /model\/model\.(json|safetensors) could not be fetched: 404/,
    );
    await page.close();
  });
});
