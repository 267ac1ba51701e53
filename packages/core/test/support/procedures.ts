import { readdirSync } from "node:fs";
import type { Procedure } from "@outrigger/core/procedure/procedure";

const folder = new URL("../../src/procedure/", import.meta.url);

function isProcedure(value: unknown): value is Procedure {
  return typeof value === "object" && value !== null && "open" in value;
}

/**
 * Every procedure there is: what the factories exported by the files directly in `src/procedure` return when called without options. Only
 * `procedure.ts`, the types, is none; what procedures share lies in a sub-folder. A file without such a factory is an error, so that none can
 * be added untested.
 */
export async function allProcedures(): Promise<[string, () => Procedure][]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "procedure.ts");
  const found: [string, () => Procedure][] = [];
  for (const file of files.sort()) {
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    const factories = Object.entries(exported).filter(
      ([, value]) => typeof value === "function" && isProcedure((value as () => unknown)()),
    );
    if (factories.length === 0) throw new Error(`${file} exports no factory that returns a Procedure`);
    found.push(...(factories as [string, () => Procedure][]));
  }
  return found;
}
