import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const folder = new URL("../page/", import.meta.url);

/** The explorer as the text of one HTML file: the bundled script and the style sheet inside, nothing to fetch, and a policy that forbids it. */
export async function explorerPage(): Promise<string> {
  const read = (name: string) => readFile(new URL(name, folder), "utf8");
  const [template, style, script] = await Promise.all([read("index.html"), read("style.css"), bundle()]);
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; worker-src blob:; base-uri 'none'; form-action 'none'`;
  const parts: Readonly<Record<string, string>> = { policy, style, script };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name]!);
}

/** The page's modules and its worker as one classic script that can stand inside a page. */
async function bundle(): Promise<string> {
  const built = await build({
    root: fileURLToPath(folder),
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      target: "es2023",
      lib: { entry: fileURLToPath(new URL("main.ts", folder)), formats: ["iife"], name: "explorer" },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !("output" in output) || output.output.length !== 1)
    throw new Error("The page must become one script.");
  return output.output[0].code
    .trim()
    .replace(/<\/script/gi, "<\\/script")
    .replace(/<!--/g, "<\\!--");
}
