import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writtenPages } from "./pages.ts";
import { actionsOf } from "./programs.ts";
import { readBlocks } from "./read-blocks.ts";

// Writes the TypeScript of every page to `.programs`, so that `tsc -p website/tsconfig.programs.json` reads it as strictly as a reader's compiler would.
const website = join(import.meta.dirname, "..");
const folder = join(website, ".programs");
const prelude = (name: string): string => readFileSync(join(website, "blocks", "with", name), "utf8");

rmSync(folder, { recursive: true, force: true });
for (const page of writtenPages()) {
  const blocks = readBlocks(readFileSync(join(website, "..", page), "utf8"));
  for (const action of actionsOf(blocks, prelude)) {
    if (action.kind === "save") write(page, action.file, action.text);
    else if (action.kind === "program" && action.language === "ts") {
      write(page, `line-${action.line}.ts`, `${action.text}\nexport {};`);
    }
  }
}

function write(page: string, file: string, text: string): void {
  const path = join(folder, page.replaceAll(/\W+/g, "-"), file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}
