/** Columns of text, numbers to the right: a heading, then rows. The first column stands left unless it holds numbers. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const left = headings.map((_, i) => rows.some((row) => /^[^\d\s–∞-]/.test(row[i] ?? "")));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (left[i] ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [headings, ...rows].map(line).join("\n");
}

/** 0.954 as "95.4 %". */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
