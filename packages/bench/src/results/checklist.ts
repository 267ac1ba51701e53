import { plural } from "../plural.ts";
import { fewestPairs } from "../statistics/paired.ts";
import type { Row } from "./row.ts";
import type { BenchmarkSummary } from "./summary.ts";

/** One question of the checklist, answered from the rows alone. */
export interface Check {
  readonly question: string;
  readonly ok: boolean;
  /** What is there, or what is missing. */
  readonly answer: string;
}

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** What a reader must have to believe a table and to make it again, as conferences ask for it. */
export function checklist(summary: BenchmarkSummary): Check[] {
  const { benchmark, groups } = summary;
  const lines = groups.flatMap((group) => group.lines);
  const trials = lines.flatMap((line) => line.trials);
  const kept = lines.flatMap((line) => line.kept);
  return [
    ...sources(summary, trials),
    data(benchmark.source, trials),
    ...seeds(summary, lines),
    ...choice(benchmark.metric.name, lines, kept),
    ...machine(trials),
  ];
}

function sources({ current }: BenchmarkSummary, trials: readonly Row[]): Check[] {
  const from = (of: (row: Row) => string | null): string[] =>
    distinct(trials.map(of)).filter((each) => each !== null);
  const commits = from(({ provenance }) => provenance.commit);
  const dirty = trials.filter(({ provenance }) => provenance.dirty !== false).length;
  const locks = from(({ provenance }) => provenance.lockFile);
  const unlocked = trials.filter(({ provenance }) => provenance.lockFile === null).length;
  const code = distinct(trials.map((row) => row.codeVersion));
  return [
    {
      question: "Commit",
      ok: commits.length === 1 && trials.every(({ provenance }) => provenance.commit !== null),
      answer:
        commits.length === 0
          ? "missing: the trials were run outside a git repository"
          : `${commits.map((commit) => commit.slice(0, 12)).join(", ")}${commits.length > 1 ? ": more than one" : ""}`,
    },
    {
      question: "Clean working tree",
      ok: dirty === 0,
      answer:
        dirty === 0
          ? "no uncommitted change in any trial"
          : `${dirty} of ${plural(trials.length, "trial")} ran with uncommitted changes or without git`,
    },
    {
      question: "Code",
      ok: code.length === 1 && current,
      answer: `version ${code.join(", ")}${current ? ", the one that is here" : ", and other code is here now"}`,
    },
    {
      question: "Lock file",
      ok: locks.length === 1 && unlocked === 0,
      answer:
        locks.length === 0
          ? "missing: no lock file was found"
          : `sha256 ${locks.map((hash) => hash.slice(0, 12)).join(", ")}${locks.length > 1 ? ": more than one" : ""}`,
    },
  ];
}

function data(source: "embedded" | "data", trials: readonly Row[]): Check {
  const question = "Data";
  if (source === "embedded")
    return { question, ok: true, answer: "made by code of this version, from the seed" };
  const done = trials.filter(({ status }) => status === "done");
  const without = done.filter(({ datasets }) => (datasets ?? []).length === 0).length;
  const hashes = distinct(
    done.flatMap(({ datasets }) =>
      (datasets ?? []).map(({ name, sha256 }) => `${name} sha256 ${sha256.slice(0, 12)}`),
    ),
  );
  const names = distinct(done.flatMap(({ datasets }) => (datasets ?? []).map(({ name }) => name)));
  const mixed = hashes.length > names.length ? ": more than one version of a file" : "";
  const missing = without > 0 ? `${plural(without, "trial")} without a hash of the data` : "";
  return {
    question,
    ok: without === 0 && mixed === "",
    answer: [hashes.join(", ") + mixed, missing].filter(Boolean).join("; "),
  };
}

type Lines = BenchmarkSummary["groups"][number]["lines"];

function seeds({ tier, benchmark }: BenchmarkSummary, lines: Lines): Check[] {
  const expected = benchmark.tiers[tier]?.seeds ?? [];
  const short = lines.filter((line) => line.values.size < line.expected);
  const failed = lines.flatMap((line) => line.trials).filter(({ status }) => status === "failed").length;
  return [
    {
      question: "Seeds",
      ok: short.length === 0 && expected.length >= fewestPairs,
      answer: [
        `${expected.length} paired seeds: ${span(expected)}`,
        ...(expected.length < fewestPairs ? [`fewer than ${fewestPairs}`] : []),
        ...(short.length > 0 ? [`not all there for ${short.map(({ method }) => method).join(", ")}`] : []),
        ...(failed > 0 ? [`${plural(failed, "trial")} failed`] : []),
      ].join("; "),
    },
    {
      question: "Spread",
      ok: expected.length >= 2,
      answer: expected.length >= 2 ? "95 % intervals and every seed are shown" : "missing: one seed has none",
    },
  ];
}

/** "0…29", or the numbers one by one. */
function span(numbers: readonly number[]): string {
  const [first = 0] = numbers;
  const run = numbers.every((value, i) => value === first + i);
  return run && numbers.length > 2 ? `${first}…${numbers.at(-1)}` : numbers.join(", ");
}

function choice(metric: string, lines: Lines, kept: readonly Row[]): Check[] {
  const budgets = distinct(lines.map(({ budget }) => budget));
  const blind = kept.filter(
    (row) => row.status === "done" && !(`validation/${metric}` in row.metrics),
  ).length;
  const looks = lines.flatMap((line) => {
    const done = line.kept.filter(({ status }) => status === "done");
    return distinct(done.map(({ seed }) => seed)).map(
      (seed) => done.filter((row) => row.seed === seed).length,
    );
  });
  const twice = looks.filter((count) => count > 1).length;
  return [
    {
      question: "Tuning budget",
      ok: budgets.length === 1,
      answer:
        budgets.length === 1
          ? `${plural(budgets[0] ?? 1, "candidate")} for every row`
          : `differs: ${[...budgets].sort((a, b) => a - b).join(", ")} candidates`,
    },
    {
      question: "Selection on validation",
      ok: blind === 0,
      answer:
        blind === 0
          ? `by validation/${metric} alone; the code that chooses is given nothing else`
          : `${plural(blind, "trial")} without validation/${metric}`,
    },
    {
      question: "Test looked at once",
      ok: twice === 0,
      answer:
        twice === 0
          ? "one test score a row and seed; those of candidates that were not chosen are not shown"
          : `${plural(twice, "seed")} with more than one test score`,
    },
  ];
}

function machine(trials: readonly Row[]): Check[] {
  const done = trials.filter(({ status }) => status === "done");
  const runtimes = distinct(done.map(({ runtime }) => runtime ?? "not said"));
  const machines = distinct(
    trials.map(({ provenance: p }) => `${p.cpu}, ${p.cores} cores, ${p.os}, node ${p.node}`),
  );
  const hours = trials.reduce((sum, row) => sum + row.provenance.seconds, 0) / 3600;
  const peak = trials.reduce((most, { provenance }) => Math.max(most, provenance.peakMemory ?? 0), 0);
  return [
    {
      question: "Device",
      ok: runtimes.length === 1 && runtimes[0] !== "not said",
      answer: `${runtimes.join(", ")}${runtimes.length > 1 ? ": more than one" : ""}`,
    },
    {
      question: "Machine",
      ok: machines.length === 1,
      answer: `${machines.join("; ")}${machines.length > 1 ? ": more than one, seconds do not compare" : ""}`,
    },
    {
      question: "Cost",
      ok: true,
      answer: `${plural(trials.length, "trial")}, ${hours.toFixed(hours < 1 ? 2 : 1)} hours of computing, at most ${(peak / 1e6).toFixed(0)} MB`,
    },
  ];
}
