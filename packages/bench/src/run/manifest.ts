import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { BenchError } from "../error.ts";

// Installed packages hold all sorts of oddities in these fields, which are not ours to complain about.
const names = z.record(z.string(), z.string()).optional().catch(undefined);

/** The fields of a package.json that the runner reads. */
export interface Manifest {
  name?: string;
  version?: string;
  keywords?: string[];
  workspaces?: string[] | { packages: string[] };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  exports?: unknown;
  main?: string;
}

const list = z.array(z.string());

const manifestSchema: z.ZodType<Manifest> = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  keywords: list.optional().catch(undefined),
  workspaces: z
    .union([list, z.object({ packages: list })])
    .optional()
    .catch(undefined),
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  exports: z.unknown().optional(),
  main: z.string().optional().catch(undefined),
});

/** @throws BenchError "bad-benchmark" when the file is no JSON or a field has the wrong shape; it names file and field. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, "package.json");
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new BenchError(
      "bad-benchmark",
      `${path} cannot be read as JSON: ${(error as Error).message}`,
      error,
    );
  }
  const parsed = manifestSchema.safeParse(content);
  if (!parsed.success) throw new BenchError("bad-benchmark", `${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
