import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "./chromium.ts";
import { openSite, type Site } from "./site.ts";
import { type Numbers, trainTwoTasks, type Where } from "./two-tasks.ts";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

/** The page's sandbox needs rights that containers seldom have; WebGPU is the one in software, as on machines without a GPU. */
const flags = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

interface Outcome {
  readonly value?: unknown;
  readonly error?: { readonly code?: string; readonly message: string };
}

/** The greatest difference of two lists of the same length. */
function distance(a: readonly (number | null)[], b: readonly (number | null)[]): number {
  expect(a.length).toBe(b.length);
  return a.reduce<number>((worst, value, i) => Math.max(worst, Math.abs(value! - b[i]!)), 0);
}

describe.skipIf(executablePath === undefined)(`a page in headless Chromium${reason}`, () => {
  let site: Site;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = await openSite(new URL("page/", import.meta.url));
    browser = await chromium.launch({ executablePath, args: flags });
    page = await browser.newPage();
    await page.goto(site.url);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const call = (name: "train" | "guide" | "columns", argument: unknown): Promise<Outcome> =>
    page.evaluate(`call(${JSON.stringify(name)}, ${JSON.stringify(argument)})`);

  it.each<[string, Where]>([
    ["ONNX Runtime's WebAssembly", { runtime: "onnx", device: "cpu" }],
    ["tfjs's WebAssembly", { runtime: "tfjs", device: "wasm" }],
    ["tfjs's WebGPU", { runtime: "tfjs", device: "webgpu" }],
    ["ONNX Runtime's WebGPU", { runtime: "onnx", device: "webgpu" }],
  ])(
    "trains two tasks to the numbers of Node on %s",
    async (_, where) => {
      const { value, error } = await call("train", where);
      expect(error).toBeUndefined();
      const found = value as Numbers;
      const expected = await trainTwoTasks({});
      expect(expected.losses.at(-1)![0]).toBeLessThan(0.6 * expected.losses[0]![0]!);
      expect(distance(found.losses.flat(), expected.losses.flat())).toBeLessThan(1e-4);
      expect(distance(found.validation, expected.validation)).toBeLessThan(1e-4);
      expect(distance(found.params, expected.params)).toBeLessThan(1e-4);
    },
    120_000,
  );

  it("runs the example of the guide", async () => {
    const { value, error } = await call("guide", null);
    expect(error).toBeUndefined();
    const rmse = /^RMSE on validation: ([0-9.]+)$/.exec(value as string)?.[1];
    expect(Number(rmse)).toBeLessThan(0.3);
  });

  it("says that a page has no files when a run is given a directory", async () => {
    const { error } = await call("train", { directory: "runs" });
    expect(error).toMatchObject({ code: "unsupported", message: expect.stringContaining("directory") });
  });

  it("reads tables from text", async () => {
    expect(await call("columns", 'name,y\n"one, two",1.5\nthree,2\n')).toEqual({ value: ["1.5", "2"] });
  });
});
