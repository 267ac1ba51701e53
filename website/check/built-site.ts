import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where `vitepress build` writes. */
export const built: string = join(import.meta.dirname, "../.vitepress/dist");

/** A built page: its address in the site, such as `/docs/guide/molecules`, and its HTML. */
interface BuiltPage {
  readonly address: string;
  readonly html: string;
}

/** The built site: pages, and the addresses of all other files. */
export interface BuiltSite {
  readonly pages: readonly BuiltPage[];
  readonly files: ReadonlySet<string>;
}

/** Reads what `npm run docs` wrote. The page that answers for missing ones is none of the pages. */
export function readSite(folder: string = built): BuiltSite {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .sort();
  const isPage = (name: string): boolean => name.endsWith(".html") && name !== "404.html";
  return {
    pages: names.filter(isPage).map((name) => ({
      address: `/${name.replace(/(^|\/)index\.html$/, "$1").replace(/\.html$/, "")}`,
      html: readFileSync(join(folder, name), "utf8"),
    })),
    files: new Set(names.filter((name) => !isPage(name)).map((name) => `/${name}`)),
  };
}
