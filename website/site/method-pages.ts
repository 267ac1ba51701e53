import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceAddress } from "./links.ts";

/** A page about one method: what its docstring says, and what was measured. */
export interface MethodPage {
  readonly name: string;
  readonly group: string;
  /** What it does, in the first words of its docstring. */
  readonly summary: string;
  /** Where it is built, a path in the repository. */
  readonly file: string;
  readonly markdown: string;
}

const FOLDERS: Readonly<Record<string, string>> = {
  weighting: "Rules",
  "weighting/combine": "Combinators",
  aggregator: "Aggregators",
  feature: "Feature methods",
  procedure: "Procedures",
  sharing: "Sharing policies",
};

const DOCBLOCK = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:const|function) (\w+)/g;

/** Every documented factory of the methods' folders, a page each. */
export function methodPages(root: string): MethodPage[] {
  const evidence = readFileSync(join(root, "packages/core-bench/README.md"), "utf8").split("\n");
  const core = join(root, "packages/core/src");
  return Object.entries(FOLDERS).flatMap(([folder, group]) =>
    readdirSync(join(core, folder))
      .filter((file) => file.endsWith(".ts"))
      .sort()
      .flatMap((file) => {
        const code = readFileSync(join(core, folder, file), "utf8");
        return [...code.matchAll(DOCBLOCK)]
          .filter(([, comment]) => /Cost:/.test(comment!))
          .map(([, comment, name]) => ({
            name: name!,
            group,
            summary: summaryOf(prose(comment!)),
            file: `packages/core/src/${folder}/${file}`,
            markdown: pageOf(name!, comment!, `packages/core/src/${folder}/${file}`, evidence),
          }));
      }),
  );
}

function pageOf(name: string, comment: string, file: string, evidence: readonly string[]): string {
  const rows = measured(name, evidence);
  return [
    `# ${name}`,
    "",
    prose(comment),
    "",
    "## Measured",
    "",
    ...(rows.length > 0
      ? [
          "Rows of [the methods' own benchmarks](/packages/core-bench/), each with its table's columns.",
          "",
          ...rows,
        ]
      : ["It has no row of its own in [the methods' own benchmarks](/packages/core-bench/)."]),
    "",
    `[\`${file}\`](${sourceAddress(file)})`,
    "",
  ].join("\n");
}

/** Up to the first stop or colon: what follows is the formula. */
const summaryOf = (markdown: string): string =>
  /^[\s\S]*?(?=[.:;](\s|$))/.exec(markdown)?.[0].replaceAll("\n", " ") ?? "";

/** The docstring as Markdown: tags become a list, indented formulas stay code. */
function prose(comment: string): string {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  return lines
    .map((line) => line.replace(/\{@link (\w+)\}/g, "`$1`"))
    .map((line) => {
      const [, tag, rest] = /^@(\w+)\s*(.*)$/.exec(line) ?? [];
      return tag === undefined ? line : `\n**${tag}** ${rest}`;
    })
    .map((line) => (line.startsWith("    ") ? line : line.replaceAll("<", "&lt;")))
    .join("\n")
    .trim();
}

/** Tables with the rows whose method is this one, or this one with options. */
function measured(name: string, evidence: readonly string[]): string[] {
  const row = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const own = new RegExp(`^\\| ${row}(-[\\w-]+)? \\|`);
  const found: string[] = [];
  let title = "";
  let head: string[] = [];
  let open = false;
  for (const [i, line] of evidence.entries()) {
    if (line.startsWith("## ")) title = line.slice(3);
    if (line.startsWith("| method")) {
      head = [line, evidence[i + 1]!];
      open = false;
    }
    if (!own.test(line)) continue;
    if (!open) found.push("", `**${title}**`, "", ...head);
    open = true;
    found.push(line);
  }
  return found;
}
