import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { LinearTheoryError } from "../error.ts";
import { print } from "./table.ts";
import { writeFile } from "./write-picture.ts";

/** The page lies at the package's root, above `src` or `dist/src`. */
const page = fileURLToPath(
  new URL(
    import.meta.url.includes("/dist/src/") ? "../../../explorer.html" : "../../explorer.html",
    import.meta.url,
  ),
);

export function addExplore(program: Command): void {
  program
    .command("explore")
    .description(
      "write the explorer: sliders for sizes, noise, distance and weight, in one page that needs no network",
    )
    .option("--out <file>", "where to", "explorer.html")
    .addHelpText(
      "after",
      "\nExample:\n  outrigger-linear explore --out explorer.html && xdg-open explorer.html",
    )
    .action(({ out }: { out: string }) => {
      copyExplorer(page, out);
      print(`${out} written: open it in a browser.`);
    });
}

/** @throws LinearTheoryError `bad-file` when the page was not built, or cannot be written. */
export function copyExplorer(from: string, to: string): void {
  if (!existsSync(from))
    throw new LinearTheoryError(
      "bad-file",
      `The explorer is not built: there is no ${from}. The published package has it; in the repository, run npm run page in packages/linear-theory.`,
      { file: from },
    );
  writeFile(to, readFileSync(from));
}
