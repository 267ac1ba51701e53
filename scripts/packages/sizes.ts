import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./pack.ts";

/** What a package was measured at; sizes in bytes. */
export interface Measured {
  readonly folder: string;
  readonly tarball: number;
  /** With everything that it depends on, in an empty project. */
  readonly installed: number;
  readonly packages: number;
  /** Tarballs of all of them. */
  readonly downloaded: number;
  /** Of the installation. */
  readonly seconds: number;
}

interface Limit {
  /** kB (1,000 bytes) */
  readonly tarball: number;
  /** MB (1,000,000 bytes), on Linux x64 */
  readonly installed: number;
}

const limits = JSON.parse(readFileSync(join(import.meta.dirname, "size-limits.json"), "utf8")) as Record<
  string,
  Limit
>;
const page = join(root, "docs/packages.md");
const BEGIN = "<!-- sizes -->";
const END = "<!-- end of sizes -->";

/** Which limits of `size-limits.json` a package is above. Installed sizes are judged on Linux x64 only: native parts differ by system. */
export function tooLarge({
  folder,
  tarball,
  installed,
}: Pick<Measured, "folder" | "tarball" | "installed">): string[] {
  const limit = limits[folder];
  if (limit === undefined) return [`${folder} has no entry in size-limits.json`];
  const found: string[] = [];
  if (tarball > limit.tarball * 1e3)
    found.push(`its tarball has ${kB(tarball)} kB, and ${limit.tarball} are allowed`);
  const judged = process.platform === "linux" && process.arch === "x64";
  if (judged && installed > limit.installed * 1e6) {
    found.push(`an installation has ${MB(installed)} MB, and ${limit.installed} are allowed`);
  }
  return found;
}

/** Writes what was measured into the table between the two marks in docs/packages.md; rows of other packages stay. */
export function writeSizes(measured: readonly Measured[]): void {
  const text = readFileSync(page, "utf8");
  const [start, end] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  const rows = new Map(
    [...text.slice(start, end).matchAll(/^\| `@outrigger\/([\w-]+)` .*$/gm)].map(([row, folder = ""]) => [
      folder,
      row,
    ]),
  );
  for (const { folder, tarball, installed, packages, downloaded, seconds } of measured) {
    const limit = limits[folder];
    rows.set(
      folder,
      `| \`@outrigger/${folder}\` | ${kB(tarball)} | ${limit?.tarball} | ${MB(installed)} | ${limit?.installed} | ${packages} | ${MB(downloaded)} | ${seconds.toFixed(0)} |`,
    );
  }
  const table = [
    "| package | tarball, kB | limit | installed alone, MB | limit | packages | downloads, MB | seconds |",
    "| :-- | --: | --: | --: | --: | --: | --: | --: |",
    ...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
  ];
  writeFileSync(page, `${text.slice(0, start)}\n\n${table.join("\n")}\n\n${text.slice(end)}`);
}

const kB = (bytes: number): string => String(Math.ceil(bytes / 1e3));
const MB = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0);
