import { readdirSync } from "node:fs";
import type { FeatureMethod } from "@outrigger/core/feature/feature-method";

const folder = new URL("../../src/feature/", import.meta.url);

function isFeatureMethod(value: unknown): value is FeatureMethod {
  return typeof value === "object" && value !== null && "combine" in value;
}

/**
 * Every feature method there is: what the factories exported by the files directly in `src/feature` return when called without options. Only
 * `feature-method.ts`, the types, is none; a file without such a factory is an error, so that none can be added untested.
 */
export async function allFeatureMethods(): Promise<[string, () => FeatureMethod][]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "feature-method.ts");
  const found: [string, () => FeatureMethod][] = [];
  for (const file of files.sort()) {
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    const factories = Object.entries(exported).filter(
      ([, value]) => typeof value === "function" && isFeatureMethod((value as () => unknown)()),
    );
    if (factories.length === 0) throw new Error(`${file} exports no factory that returns a FeatureMethod`);
    found.push(...(factories as [string, () => FeatureMethod][]));
  }
  return found;
}
