import { readdirSync, readFileSync } from "node:fs";
import { Random } from "@outrigger/core/random";
import type { Paper, View, Weighting } from "@outrigger/core/weighting/weighting";
import { randomGram } from "./gram.ts";

const source = new URL("../../src/", import.meta.url);

/** What the sources say of one exported factory. */
export interface Documented {
  readonly file: string;
  readonly factory: string;
  /** What the docstring says first. */
  readonly summary: string;
  /** The sentence after "Cost:". */
  readonly cost: string | undefined;
  /** The benchmark that shows what it is worth, and the page with its numbers: "Evidence: NAME in PATH." */
  readonly evidence: { readonly benchmark: string; readonly page: string } | undefined;
  /** Title, venue and address of the first paper named: "Paper: AUTHORS, "TITLE", VENUE, ADDRESS". */
  readonly cited: { readonly title: string; readonly venue: string; readonly url: string } | undefined;
  /** What follows the paper's address: where the rule differs from it, and from the authors' code. */
  readonly remarks: string | undefined;
}

interface Rule {
  readonly name: string;
  readonly paper: Paper | null;
  readonly verified?: string;
}
export type Method = Documented & { readonly rule: Rule };

const docblock = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:const|function) (\w+)/g;

/** Paragraphs without line breaks, up to the first tag. */
function paragraphs(comment: string): string[] {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trim());
  const tag = lines.findIndex((line) => line.startsWith("@"));
  return lines
    .slice(0, tag < 0 ? lines.length : tag)
    .join("\n")
    .split(/\n\n+/)
    .map((paragraph) => paragraph.replaceAll("\n", " ").trim())
    .filter((paragraph) => paragraph !== "");
}

/** Up to the first full stop, or the first colon after at least five words; all of it where there is neither. */
function summaryOf(text: string): string {
  let end = 0;
  do {
    const stop = /[.:](?= |$)/.exec(text.slice(end));
    if (stop === null) return text;
    end += stop.index + 1;
  } while (text[end - 1] === ":" && text.slice(0, end).split(" ").length < 5);
  return text.slice(0, end).replace(/:$/, ".");
}

function remarksOf(text: readonly string[]): string | undefined {
  const place = text.findLastIndex((paragraph) => paragraph.includes("https://"));
  if (place < 0) return undefined;
  const [, after = ""] = /^.*https:\/\/\S+(.*)$/.exec(text[place]!)!;
  const rest = after.replace(/^[\s.,;:)]+/, "").replace(/^Difference: /, "");
  return rest === "" ? undefined : rest[0]!.toUpperCase() + rest.slice(1);
}

function citedOf(text: readonly string[]): Documented["cited"] {
  const found = /Paper: .*?"(.+?)", ([^,]+), (https:\/\/\S+?)[.;]? /.exec(`${text.join(" ")} `);
  return found === null ? undefined : { title: found[1]!, venue: found[2]!, url: found[3]! };
}

function evidenceOf(text: readonly string[]): Documented["evidence"] {
  const found = /Evidence: (\S+) in (\S+\.md)\./.exec(text.join(" "));
  return found === null ? undefined : { benchmark: found[1]!, page: found[2]! };
}

/** The documented factories of the files directly in a folder of `src`; none where there is no such folder. */
export function documented(folder: string): Documented[] {
  const files = readdirSync(new URL(".", source))
    .filter((name) => name === folder.split("/")[0])
    .flatMap(() => readdirSync(new URL(`${folder}/`, source)))
    .filter((file) => file.endsWith(".ts"));
  return files.sort().flatMap((file) => {
    const code = readFileSync(new URL(`${folder}/${file}`, source), "utf8");
    return [...code.matchAll(docblock)].map(([, comment, factory]) => {
      const text = paragraphs(comment!);
      return {
        file: `${folder}/${file}`,
        factory: factory!,
        summary: summaryOf(text[0] ?? ""),
        cost: /Cost: (.*?\.)(?: |$)/.exec(text.join(" "))?.[1],
        evidence: evidenceOf(text),
        cited: citedOf(text),
        remarks: remarksOf(text),
      };
    });
  });
}

/** The rules that the factories of a folder make without options. */
export async function methods(folder: string): Promise<Method[]> {
  const found: Method[] = [];
  for (const one of documented(folder)) {
    const exported = (await import(new URL(one.file, source).href)) as Record<string, unknown>;
    const factory = exported[one.factory];
    const made: unknown = typeof factory === "function" && factory.length === 0 ? factory() : null;
    if (typeof made === "object" && made !== null && "paper" in made) {
      found.push({ ...one, rule: made as Rule });
    }
  }
  return found;
}

/** Everything that a weighting asks for in 60 steps of four an epoch. */
export function needsOf(rule: Weighting): string[] {
  const random = Random.seeded(1, "rule");
  const needs = new Set<string>();
  let state = rule.init(3, 0);
  for (let step = 0; step < 60; step++) {
    needs.add(rule.needs(state, step));
    const gram = randomGram(step, 3, 3);
    const dev = { dots: gram[0]!, norm: Math.sqrt(gram[0]![0]!) };
    const losses = gram.map((row, k) => Math.sqrt(row[k]!));
    const view: View = { step, epoch: Math.floor(step / 4), primary: 0, losses, gram, dev, gramOther: gram };
    const told = rule.weigh(view, state, random);
    state = rule.observe === undefined ? told.state : rule.observe(view, told.state);
  }
  return [...needs];
}
