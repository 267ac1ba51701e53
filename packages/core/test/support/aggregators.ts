import { readdirSync } from "node:fs";
import type { Aggregator } from "@outrigger/core/aggregator/aggregator";

const folder = new URL("../../src/aggregator/", import.meta.url);

function isAggregator(value: unknown): value is Aggregator {
  return typeof value === "object" && value !== null && "aggregate" in value;
}

/**
 * Every aggregator there is: what the factories exported by the files directly in `src/aggregator` return when called without
 * options. Only `aggregator.ts`, the types, is none; a file without such a factory is an error, so that none can be added untested.
 */
export async function allAggregators(): Promise<[string, () => Aggregator][]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "aggregator.ts");
  const found: [string, () => Aggregator][] = [];
  for (const file of files.sort()) {
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    const factories = Object.entries(exported).filter(
      ([, value]) => typeof value === "function" && isAggregator((value as () => unknown)()),
    );
    if (factories.length === 0) throw new Error(`${file} exports no factory that returns an Aggregator`);
    found.push(...(factories as [string, () => Aggregator][]));
  }
  return found;
}
