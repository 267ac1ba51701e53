import { cpus } from "node:os";
import type { Absence, Result } from "./measure.ts";
import type { Network } from "./network.ts";

/** What was measured on one network: plain steps, or steps with a Gram rule. */
export interface Section {
  readonly network: Network;
  readonly tasks: number;
  readonly results: readonly Result[];
  readonly absent: readonly Absence[];
}

/** Names of the rows that goals are about. */
export const ours = "Outrigger, ONNX Runtime";
export const eager = "PyTorch eager";
export const autojac = "TorchJD autojac";
export const autogram = "TorchJD autogram";
export const libmtl = "LibMTL";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const stepOf = ({ rounds }: Result): number => median(rounds.flat());

/** Ratios round by round, over the rounds that both took part in. */
function ratios(one: Result, other: Result): number[] {
  return one.rounds.flatMap((round, i) =>
    round.length > 0 && other.rounds[i]!.length > 0 ? [median(round) / median(other.rounds[i]!)] : [],
  );
}

const compileOf = (result: Result): number => (result.first - stepOf(result)) / 1000;
const find = ({ results }: Section, name: string): Result | undefined =>
  results.find((result) => result.name === name);
/** Two digits after the point below 10, else none or one. */
const number = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

function ratioCell(result: Result, reference: Result | undefined): string {
  if (reference === undefined) return "";
  const found = ratios(result, reference);
  return `${median(found).toFixed(2)} [${Math.min(...found).toFixed(2)}, ${Math.max(...found).toFixed(2)}]`;
}

/** One row a contender, with its ratio to the reference; without the reference, no ratios. */
export function table(section: Section, referenceName: string): string[] {
  const reference = find(section, referenceName);
  const memory = reference?.peakMemory;
  const rows = section.results.map((result) => {
    const peak = result.peakMemory;
    const share = peak && memory ? ` (${(peak / memory).toFixed(2)}×)` : "";
    const cells = [
      result.name,
      number(stepOf(result)),
      ratioCell(result, reference),
      peak === undefined ? "" : `${peak.toFixed(0)}${share}`,
      (result.first / 1000).toFixed(2),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    `| | ms a step, median | ratio to ${referenceName}, median of rounds [min, max] | peak memory, MiB | first step, s |`,
    "| --- | --- | --- | --- | --- |",
    ...rows,
    ...section.absent.map(({ name, reason }) => `\n${name} is left out: ${reason}.`),
  ];
}

interface Goal {
  readonly what: string;
  readonly goal: number;
  readonly measured: number | undefined;
  readonly unit?: string;
}

function goalsOf(section: Section): Goal[] {
  const { network, tasks } = section;
  const us = find(section, ours);
  if (us === undefined) return [];
  const against = (name: string): number | undefined => {
    const other = find(section, name);
    return other && median(ratios(us, other));
  };
  if (tasks > 1) {
    return [autojac, autogram, libmtl].map((name) => ({
      what: `${network.name}, T = ${tasks}: step time to ${name}`,
      goal: 0.5,
      measured: against(name),
    }));
  }
  const other = find(section, eager);
  const memory = us.peakMemory && other?.peakMemory ? us.peakMemory / other.peakMemory : undefined;
  return [
    { what: `${network.name}: step time to ${eager}`, goal: network.goal, measured: against(eager) },
    { what: `${network.name}: peak memory to ${eager}`, goal: 1.2, measured: memory },
    { what: `${network.name}: compilation`, goal: 2, measured: compileOf(us), unit: " s" },
  ];
}

function goalTable(sections: readonly Section[]): string[] {
  const rows = sections.flatMap(goalsOf).map(({ what, goal, measured, unit = "" }) => {
    const found =
      measured === undefined
        ? "not measured |"
        : `${measured.toFixed(2)}${unit} | ${measured <= goal ? "met" : "missed"}`;
    return `| ${what} | ≤ ${goal}${unit} | ${found} |`;
  });
  return ["| | goal | measured | |", "| --- | --- | --- | --- |", ...rows];
}

export interface Report {
  readonly sections: readonly Section[];
  /** What 1,000 further steps added, in MiB. */
  readonly growth: { readonly rss: number; readonly arrayBuffers: number } | undefined;
  readonly command: string;
  readonly threads: number;
  readonly rounds: number;
  readonly versions: readonly string[];
}

/** The report as markdown. */
export function markdown(report: Report): string {
  const { sections, growth, command, threads, rounds, versions } = report;
  const processor = cpus();
  const plain = sections.filter(({ tasks }) => tasks === 1);
  const gram = sections.filter(({ tasks }) => tasks > 1);
  const chapter = (section: Section, reference: string): string[] => [
    `### ${section.network.title}`,
    "",
    ...table(section, reference),
    "",
  ];
  const tasks = gram[0]?.tasks;
  return [
    "# What a training step costs",
    "",
    "One step is the whole of it: rule, forward and backward pass, Adam. All contenders start from the same parameters, make their steps",
    "on the same batch, and find the same losses, which is checked. Each runs in a process of its own; the contenders take turns in",
    "rounds of about a second, so that a machine that speeds up or slows down does so for all of them. *Peak memory* is the largest",
    "resident set of that process, interpreter and libraries included. The *first step* compiles: compilation is what it takes longer.",
    "",
    `    ${command}`,
    "",
    `${new Date().toISOString().slice(0, 10)}; ${processor[0]?.model.trim() ?? "unknown processor"}, ${processor.length} cores; ${threads} threads, ${rounds} rounds; ${versions.join(", ")}.`,
    "",
    "## Goals",
    "",
    ...goalTable(sections),
    "",
    "## One task",
    "",
    ...plain.flatMap((section) => chapter(section, eager)),
    ...(gram.length === 0
      ? []
      : [
          `## ${tasks} tasks and a rule that needs their Gram matrix`,
          "",
          `${tasks} heads on one trunk, weighed by PCGrad. TorchJD's autojac holds the Jacobian, its autogram forms the Gram matrix while it`,
          "goes back; LibMTL makes one backward pass a task.",
          "",
          ...gram.flatMap((section) => chapter(section, autojac)),
        ]),
    ...(growth === undefined
      ? []
      : [
          "## Memory over time",
          "",
          `1,000 further steps of ${plain[0]!.network.name} on ${ours} added ${growth.rss.toFixed(1)} MiB of resident memory and ${growth.arrayBuffers.toFixed(1)} MiB of array buffers.`,
          "",
        ]),
  ].join("\n");
}
