import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { BenchError } from "../error.ts";

// Installed packages hold all sorts of oddities in these fields; only the `outrigger` field is ours to complain about.
const names = z.record(z.string(), z.string()).optional().catch(undefined);

const manifestSchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  keywords: z.array(z.string()).optional().catch(undefined),
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()) })])
    .optional()
    .catch(undefined),
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  outrigger: z.object({ benchmarks: z.string(), results: z.string().default("./results") }).optional(),
});

/** The fields of a package.json that the runner reads. */
export type Manifest = z.infer<typeof manifestSchema>;

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
