import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { isBuiltin } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build, type Plugin } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../core/test/browser/chromium.ts";
import { everyWay } from "./page/main.ts";

const executablePath = findChromium();
const reason =
  executablePath === undefined ? " (skipped: no Chromium on the path and none in $CHROMIUM)" : "";

const local = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const wasm = fileURLToPath(import.meta.resolve("@rdkit/rdkit/RDKit_minimal.wasm"));

/** The page's script, and which modules asked for which of Node's. */
async function bundle(): Promise<{ script: string; asked: string[] }> {
  const asked: string[] = [];
  const listen: Plugin = {
    name: "builtins",
    enforce: "pre",
    resolveId(source, importer = "") {
      if (!isBuiltin(source)) return null;
      asked.push(`${importer.replace(/^.*\/(packages|node_modules)\//, "")}: ${source}`);
      return `\0nothing:${source}`;
    },
    load: (id) => (id.startsWith("\0nothing:") ? "export default {}" : null),
  };
  const built = await build({
    root: local("page"),
    configFile: false,
    logLevel: "error",
    plugins: [listen],
    resolve: { conditions: ["@outrigger/source", "browser", "module", "import", "default"] },
    build: {
      write: false,
      target: "es2023",
      minify: false,
      lib: { entry: local("page/main.ts"), formats: ["iife"], name: "page" },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output)) throw new Error("The page was not built.");
  return { script: output.output[0].code, asked };
}

const SMILES = ["CC(=O)Oc1ccccc1C(=O)O", "F/C=C/F", "xyz", "C".repeat(5000)];

describe("features in a page", () => {
  let page: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    page = await bundle();
  });

  it("need none of Node's modules; RDKit's own file asks for two and does without", () => {
    expect(page.asked.length).toBeGreaterThan(0);
    expect(page.asked.filter((who) => !who.startsWith("@rdkit/rdkit/"))).toEqual([]);
    expect(page.script).not.toMatch(/import\(["']node:|new Worker\(/);
  });

  describe.skipIf(executablePath === undefined)(`of headless Chromium${reason}`, () => {
    let server: Server;
    let browser: Browser;
    beforeAll(async () => {
      server = createServer((request, response) => {
        const isWasm = request.url === "/wasm/RDKit_minimal.wasm";
        response.setHeader("content-type", isWasm ? "application/wasm" : "text/html");
        if (isWasm) void readFile(wasm).then((bytes) => response.end(bytes));
        else response.end("<!doctype html><title>features</title>");
      });
      await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
      });
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    it("are those of Node", async () => {
      const tab = await browser.newPage();
      const complaints: string[] = [];
      tab.on("pageerror", (error) => complaints.push(error.message));
      tab.on("console", (message) => complaints.push(message.text()));
      await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await tab.addScriptTag({ content: page.script });
      const found = await tab.evaluate(`everyWay(${JSON.stringify(SMILES)}, (name) => "/wasm/" + name)`);
      expect(found).toEqual(await everyWay(SMILES));
      expect(found).toMatchObject({
        open: 0,
        single: [
          { ok: true },
          { ok: true },
          { problem: { fault: "unparsable" } },
          { problem: { fault: "too-long" } },
        ],
      });
      // The browser itself asks for a favicon.
      expect(complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
    });
  });
});
