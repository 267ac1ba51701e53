import { readdirSync } from "node:fs";

const folder = new URL("../../src/weighting/combine/", import.meta.url);

/**
 * Names of all combinators: what the files directly in `src/weighting/combine` export as functions. What they share lies in sub-folders; a
 * file without a combinator is an error.
 */
export async function allCombinators(): Promise<string[]> {
  const found: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    const names = Object.keys(exported).filter((name) => typeof exported[name] === "function");
    if (names.length === 0) throw new Error(`${file} exports no combinator`);
    found.push(...names);
  }
  return found.sort();
}
