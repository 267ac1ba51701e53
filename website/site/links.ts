import { existsSync, statSync } from "node:fs";
import { join, posix } from "node:path";

/** What a page of the repository refers to, found while its links are turned into addresses of the site. */
export interface References {
  /** Pictures to copy, as paths in the repository. */
  readonly pictures: Set<string>;
  /** Files of code to show as pages of their own, as paths in the repository. */
  readonly sources: Set<string>;
}

const LINK = /(\]\()([^)\s]+)(\))/g;
const PICTURE = /\.(png|svg|gif|jpg)$/;

/** Where a page of the repository lies in the site: `README.md` is its folder's front page. */
export const addressOf = (page: string): string => `/${page.replace(/README\.md$/, "").replace(/\.md$/, "")}`;

/**
 * The page with its links as addresses of the site: pages that are in it, pictures, and code, which gets a page that shows it.
 *
 * @param page path in the repository, which links are relative to
 * @throws Error for a link to nothing, naming page and link
 */
export function withSiteLinks(
  root: string,
  page: string,
  markdown: string,
  pages: ReadonlySet<string>,
  found: References,
): string {
  const turned = (target: string): string => {
    if (/^[a-z]+:/.test(target) || target.startsWith("#")) return target;
    const [path = "", anchor] = target.split("#");
    const file = posix.join(posix.dirname(page), path).replace(/\/$/, "");
    if (!existsSync(join(root, file))) throw new Error(`${page} has a link to ${target}, and there is no ${file}.`);
    const hash = anchor === undefined ? "" : `#${anchor}`;
    if (pages.has(file)) return addressOf(file) + hash;
    if (PICTURE.test(file)) {
      found.pictures.add(file);
      return `/${file}`;
    }
    const front = posix.join(file, "README.md");
    if (statSync(join(root, file)).isDirectory() && pages.has(front)) return addressOf(front) + hash;
    found.sources.add(file);
    return sourceAddress(file);
  };
  return outsideFences(markdown, (text) =>
    text.replace(LINK, (_, before: string, target: string, after: string) => before + turned(target) + after),
  );
}

/** Where the page that shows a file of code lies in the site. */
export const sourceAddress = (file: string): string => `/source/${file.replaceAll(/[^\w/-]/g, "_")}`;

/** Changes what is not code. */
export function outsideFences(markdown: string, change: (text: string) => string): string {
  return markdown
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) => (part.startsWith("```") ? part : change(part)))
    .join("");
}
