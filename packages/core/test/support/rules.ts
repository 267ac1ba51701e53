import { readdirSync } from "node:fs";
import type { Weighting } from "@outrigger/core/weighting/weighting";

const folder = new URL("../../src/weighting/", import.meta.url);

function isRule(value: unknown): value is Weighting {
  return typeof value === "object" && value !== null && "weigh" in value && "needs" in value;
}

/**
 * Every rule there is: what the factories exported by the files directly in `src/weighting` return when called without options.
 * Only `weighting.ts`, the types, is no rule; what rules share lies in sub-folders. A file without such a factory is an error, so a
 * rule cannot be added untested.
 */
export async function allRules(): Promise<[string, () => Weighting][]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "weighting.ts");
  const found: [string, () => Weighting][] = [];
  for (const file of files.sort()) {
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    const factories = Object.entries(exported).flatMap(([name, value]): [string, () => Weighting][] => {
      if (typeof value !== "function") return [];
      const make = value as () => unknown;
      return isRule(make()) ? [[name, make as () => Weighting]] : [];
    });
    if (factories.length === 0)
      throw new Error(`${file} exports no factory that returns a Weighting without options`);
    found.push(...factories);
  }
  return found;
}
