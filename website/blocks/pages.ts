import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Every page that people read, as a path in the repository: the README, the guides, and what the packages say. */
export function writtenPages(): string[] {
  const markdown = (folder: string): string[] =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder))
          .filter((name) => name.endsWith(".md"))
          .map((name) => `${folder}/${name}`)
      : [];
  const packages = readdirSync(join(root, "packages")).flatMap((name) => [
    `packages/${name}/README.md`,
    ...markdown(`packages/${name}/docs`),
  ]);
  const examples = readdirSync(join(root, "examples")).map((name) => `examples/${name}/README.md`);
  return ["README.md", ...markdown("docs/guide"), ...packages, ...examples].filter((page) => existsSync(join(root, page))).sort();
}
