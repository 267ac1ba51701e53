import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { tiers } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { describeRemarks, parseResults, type Results, readResults } from "../results/read.ts";
import type { Row } from "../results/row.ts";
import type { Found } from "../run/discover.ts";
import { git, gitText } from "../run/git.ts";
import { canonical } from "../run/hash.ts";
import { resultPath } from "../run/session.ts";

/** Rows that a command names with one word. */
export interface ResultSet {
  /** What it is, in words. */
  readonly title: string;
  readonly rows: readonly Row[];
  readonly remarks: readonly string[];
}

/** Where sets are looked for. */
export interface Place {
  readonly all: readonly Found[];
  /** Folder of the working results. */
  readonly out: string;
  /** A folder of the git repository. */
  readonly project: string;
}

/**
 * Finds the rows that a word means, the first of these that fits:
 *
 * - a file of JSON lines, or a folder, with all .jsonl files below it, but for those that `reproduce`, `tune` and `--executor slurm` keep
 *   apart in `reproduced`, `tuned` and `slurm`;
 * - `reference`: the rows that the packages have committed, as they are now;
 * - `REV:` (`main:`, `HEAD~3:`): the rows that were committed in that git revision;
 * - `v2`: rows of version 2 of their benchmark; a code version, or the beginning of one: rows that this code made; a git revision
 *   (`main`, a commit, the beginning of one): rows that were run at that commit. These are looked for among the working results and
 *   the committed ones.
 *
 * @throws BenchError "bad-option" when the word means nothing, or nothing is there; it names what there is.
 */
export function resultSet(word: string, place: Place): ResultSet {
  const set =
    pathSet(word) ?? referenceSet(word, place) ?? revisionSet(word, place) ?? selectedSet(word, place);
  if (set.rows.length > 0) return set;
  const why = set.remarks.length > 0 ? `\n${set.remarks.join("\n")}` : "";
  throw new BenchError("bad-option", `"${word}" (${set.title}) has no results.${why}`);
}

/** Rows of several files, one a trial: the first that is done counts, as within a file. */
function union(title: string, files: readonly Results[]): ResultSet {
  const byId = new Map<string, { row: Row; path: string }>();
  const remarks = files.flatMap(describeRemarks);
  for (const { path, rows } of files) {
    for (const row of rows) {
      const earlier = byId.get(row.id);
      if (earlier?.row.status !== "done") byId.set(row.id, { row, path });
      else if (row.status === "done" && canonical(row.metrics) !== canonical(earlier.row.metrics))
        remarks.push(
          `${path} has trial ${row.id} with other numbers than ${earlier.path}, whose row counts.`,
        );
    }
  }
  return { title, rows: [...byId.values()].map(({ row }) => row), remarks };
}

/** Folders among the working results in which other commands keep their own. */
const kept = new Set(["reproduced", "slurm", "tuned"]);

function pathSet(word: string): ResultSet | null {
  if (!existsSync(word)) return null;
  if (!statSync(word).isDirectory()) return union(`the file ${word}`, [readResults(word)]);
  const files = readdirSync(word, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl") && !kept.has(name.split(sep)[0] ?? ""))
    .sort();
  const read = files.map((name) => readResults(join(word, name)));
  return union(`the folder ${word}`, read);
}

/** Paths of the rows that packages have committed, each once. */
const referencePaths = (all: readonly Found[]): string[] => [
  ...new Set(all.flatMap(({ reference }) => tiers.map((tier) => join(reference, `${tier}.jsonl`)))),
];

function referenceSet(word: string, { all }: Place): ResultSet | null {
  if (word !== "reference") return null;
  return union("the committed rows", referencePaths(all).map(readResults));
}

function revisionSet(word: string, { all, project }: Place): ResultSet | null {
  const revision = /^(.+):$/.exec(word)?.[1];
  if (revision === undefined) return null;
  const commit = resolve(revision, project);
  if (commit === null)
    throw new BenchError("bad-option", `"${word}": git knows no revision "${revision}" here.`);
  const files = referencePaths(all).flatMap((path) => {
    const [folder, name] = [dirname(path), basename(path)];
    // Asked from the folder of the rows, which may be a link; one that has gone since is asked for from the project.
    const place = relative(project, path).split(sep).join("/");
    const content = existsSync(folder)
      ? git(folder, "show", `${commit}:./${name}`)
      : git(project, "show", `${commit}:./${place}`);
    return content === null ? [] : [parseResults(`${revision}:${place}`, content)];
  });
  return union(`the rows committed in ${revision} (${commit.slice(0, 12)})`, files);
}

function selectedSet(word: string, { all, out, project }: Place): ResultSet {
  const working = all.flatMap((found) => tiers.map((tier) => resultPath(out, found, tier)));
  const { rows, remarks } = union("", [...new Set([...working, ...referencePaths(all)])].map(readResults));
  const version = /^v(\d+)$/.exec(word)?.[1];
  if (version !== undefined) {
    const own = rows.filter((row) => row.version === Number(version));
    return { title: `rows of version ${version}`, rows: own, remarks };
  }
  const ofCode = /^[0-9a-f]{4,16}$/.test(word) ? rows.filter((row) => row.codeVersion.startsWith(word)) : [];
  if (ofCode.length > 0) return { title: `rows of code ${word}`, rows: ofCode, remarks };
  const commit = resolve(word, project) ?? word;
  const atCommit = rows.filter((row) => commit.length >= 4 && row.provenance.commit?.startsWith(commit));
  if (atCommit.length > 0) return { title: `rows run at ${word}`, rows: atCommit, remarks };
  const commits = new Set(rows.map((row) => row.provenance.commit?.slice(0, 12) ?? "none"));
  const code = new Set(rows.map((row) => row.codeVersion));
  throw new BenchError(
    "bad-option",
    `"${word}" is no file or folder, and no row here is of that commit, code or version. ` +
      `There are commits ${[...commits].join(", ") || "none"} and code ${[...code].join(", ") || "none"}; "${word}:" means the rows committed in a revision.`,
  );
}

/** The full hash of a git revision; null when git knows none of that name. */
const resolve = (revision: string, project: string): string | null =>
  gitText(project, "rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
