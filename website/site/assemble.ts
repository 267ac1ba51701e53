/** Puts the pages of the site together in `.site`: guides, what the packages say, a page a method, and the code that pages refer to. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writtenPages } from "../blocks/pages.ts";
import { addressOf, outsideFences, type References, sourceAddress, withSiteLinks } from "./links.ts";
import { methodPages } from "./method-pages.ts";
import { sourcePage } from "./source-page.ts";

const website = join(import.meta.dirname, "..");
const root = join(website, "..");
const site = join(website, ".site");

rmSync(site, { recursive: true, force: true });
const write = (address: string, text: string): void => {
  const path = join(site, address.endsWith("/") ? `${address}index.md` : `${address}.md`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

const more = ["decisions", "related", "packages", "licences", "faults"].map((name) => `docs/${name}.md`);
const pages = new Set([...writtenPages(), ...more, "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md"]);
const found: References = { pictures: new Set(), sources: new Set() };
/** Braces are Vue's and angle brackets HTML's; comments are for the tests. */
const plain = (markdown: string): string =>
  outsideFences(markdown, (text) =>
    text.replaceAll(/^<!-- block: .* -->\n/gm, "").replaceAll("{{", "&#123;&#123;"),
  );

for (const page of pages) {
  const markdown = plain(readFileSync(join(root, page), "utf8"));
  write(addressOf(page), withSiteLinks(root, page, markdown, pages, found));
}

const methods = methodPages(root);
for (const { name, markdown, file } of methods) {
  write(`/methods/${name}`, plain(markdown));
  found.sources.add(file);
}
/** Nothing where the first words are but the name, as in "ConFIG: …". */
const says = (name: string, summary: string): string =>
  summary.toLowerCase() === name.toLowerCase() ? "" : `: ${summary}`;
const groups = [...new Set(methods.map(({ group }) => group))];
write(
  "/methods/",
  `# Methods\n\n${groups
    .map((group) => {
      const names = methods
        .filter((one) => one.group === group)
        .map(({ name, summary }) => `- [\`${name}\`](/methods/${name})${says(name, summary)}`);
      return `## ${group}\n\n${names.join("\n")}\n`;
    })
    .join(
      "\n",
    )}\nAll in one table, with paper, cost and what each was checked against: [methods](/packages/core/docs/methods).\n`,
);
for (const file of found.sources) write(sourceAddress(file), sourcePage(root, file));
for (const file of found.pictures) cpSync(join(root, file), join(site, "public", file), { recursive: true });

writeFileSync(
  join(site, "methods.json"),
  JSON.stringify(
    groups.map((group) => ({
      group,
      names: methods.filter((one) => one.group === group).map(({ name }) => name),
    })),
  ),
);
console.log(
  `${pages.size} pages, ${methods.length} methods, ${found.sources.size} files of code, ${found.pictures.size} pictures`,
);
