// Packs every package and tries each in an empty project, as a stranger would:  npm run test:packages [-- NAMES] [--write]
// --write also writes what was measured into docs/packages.md.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brokenLinks } from "./broken-links.ts";
import { TRIALS } from "./domains.ts";
import { newerNode, thisNode } from "./newer-node.ts";
import { packAll, packageFolders, root, type Tarball } from "./pack.ts";
import { type Measured, tooLarge, writeSizes } from "./sizes.ts";
import { tryPackage } from "./try-package.ts";

const given = process.argv.slice(2);
const names = given.filter((word) => !word.startsWith("--"));
const unknown = names.filter((name) => TRIALS.every(({ folder }) => folder !== name));
if (unknown.length > 0) {
  console.error(
    `There is no ${unknown.join(", ")} among the packages: ${TRIALS.map(({ folder }) => folder).join(", ")}.`,
  );
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), "outrigger-packages-"));
const problems: string[] = [];
const report = (folder: string, found: readonly string[]): void => {
  for (const problem of found) console.log(`  ✗ ${problem}`);
  problems.push(...found.map((problem) => `${folder}: ${problem}`));
};

/** Links of every Markdown page in the tarball that lead nowhere. */
function linkProblems({ folder, files }: Tarball, published: Parameters<typeof brokenLinks>[3]): string[] {
  return files
    .filter((file) => file.endsWith(".md"))
    .flatMap((page) =>
      brokenLinks(folder, page, readFileSync(join(root, "packages", folder, page), "utf8"), published),
    )
    .map(({ page, target }) => `${page} links to ${target}, which no tarball holds`);
}

try {
  const untried = packageFolders().filter((folder) => TRIALS.every((trial) => trial.folder !== folder));
  if (untried.length > 0)
    report(
      "domains.ts",
      untried.map((folder) => `${folder} is not tried`),
    );

  const tarballs = await packAll(scratch);
  const published = new Map(tarballs.map(({ folder, files }) => [folder, new Set(files)]));
  const newer = await newerNode(join(scratch, "node"));
  if ("missing" in newer) console.log(`A newer Node was not tried: ${newer.missing}`);
  const nodes = [thisNode, newer].filter((node) => "path" in node);

  const measured: Measured[] = [];
  for (const trial of TRIALS.filter(({ folder }) => names.length === 0 || names.includes(folder))) {
    const started = performance.now();
    console.log(trial.folder);
    const tarball = tarballs.find(({ folder }) => folder === trial.folder)!;
    const { cost, failures } = await tryPackage(trial, tarballs, nodes, join(scratch, trial.folder));
    const measure = { folder: trial.folder, tarball: tarball.bytes, ...cost };
    measured.push(measure);
    report(trial.folder, [...failures, ...linkProblems(tarball, published), ...tooLarge(measure)]);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(
      `  ${(cost.installed / 1e6).toFixed(0)} MB in ${cost.packages} packages, of ${(cost.downloaded / 1e6).toFixed(1)} MB downloaded; ${seconds} s, of them ${cost.seconds.toFixed(0)} to install`,
    );
  }
  if (given.includes("--write")) writeSizes(measured);
  console.log(
    problems.length === 0
      ? `\nAll well in Node ${nodes.map(({ version }) => version).join(" and ")}.`
      : `\n${problems.length} problems:\n${problems.map((problem) => `- ${problem.split("\n", 1)[0]}`).join("\n")}`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = problems.length === 0 ? 0 : 1;
