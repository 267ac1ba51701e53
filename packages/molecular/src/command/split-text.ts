import { percent, short, textTable } from "@outrigger/core/command/text-table";
import type { LabelSummary, PartSummary, SplitNote, SplitOverlap } from "../data/split-summary.ts";

/** Targets that a table has room for. */
const SHOWN = 6;

/** 12 of 40 (30 %), or mean and standard deviation. */
export const labelsText = (summary: LabelSummary): string => {
  if (summary.labels === 0) return "–";
  return summary.kind === "classification"
    ? `${summary.positive} of ${summary.labels} (${percent(summary.positive / summary.labels)})`
    : `${short(summary.mean)} ± ${short(summary.sd)}`;
};

const targetNames = (parts: readonly PartSummary[]): string[] => Object.keys(parts[0]?.targets ?? {});

const heading = (name: string, parts: readonly PartSummary[]): string =>
  parts[0]!.targets[name]!.kind === "classification" ? `${name}: ones` : name;

/** A table with a row a part, and how many targets were not shown. */
export function partsText(
  rows: readonly { readonly name: string; readonly part: PartSummary }[],
  total: number,
): string {
  const parts = rows.map(({ part }) => part);
  const names = targetNames(parts);
  const shown = names.slice(0, SHOWN);
  const table = textTable(
    ["part", "molecules", "share", ...shown.map((name) => heading(name, parts))],
    rows.map(({ name, part }) => [
      name,
      String(part.molecules),
      percent(part.molecules / total),
      ...shown.map((target) => labelsText(part.targets[target]!)),
    ]),
  );
  const more = names.length - shown.length;
  return more > 0 ? `${table}\nand ${more} more targets` : table;
}

/** What pairs of parts share: scaffolds, and whole molecules. */
export function overlapText(scaffolds: readonly SplitOverlap[], copies: readonly SplitOverlap[]): string[] {
  const some = (overlaps: readonly SplitOverlap[]): SplitOverlap[] =>
    overlaps.filter(({ molecules }) => molecules > 0);
  const lines = some(scaffolds).map(
    ({ part, other, keys, molecules, share }) =>
      `${molecules} ${part} molecules (${percent(share ?? 0)}) share their scaffold with ${other}: ${keys} scaffolds, stereochemistry not counted.`,
  );
  return [
    ...(lines.length === 0 ? ["No scaffold is in two parts."] : lines),
    ...some(copies).map(
      ({ part, other, molecules, share }) =>
        `Note: ${molecules} ${part} molecules (${percent(share ?? 0)}) are in ${other} as well. Merge duplicates before splitting.`,
    ),
  ];
}

/** Notes that matter, the first of them in full. */
export function notesText(notes: readonly SplitNote[], prefix = ""): string[] {
  const lines = notes.slice(0, SHOWN).map(({ message }) => `Note: ${prefix}${message}`);
  return notes.length > SHOWN ? [...lines, `and ${notes.length - SHOWN} more notes of this kind`] : lines;
}
