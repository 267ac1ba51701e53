/** Columns of text, numbers to the right: a heading, then rows. A column stands left unless it holds numbers. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const left = headings.map((_, i) => rows.some((row) => /^[^\d\s–∞+−-]/.test(row[i] ?? "")));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (left[i] ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [headings, ...rows].map(line).join("\n");
}

/**
 * Four significant digits from 1 on, and every digit before the point; three below 1, with an exponent below 0.0001. A true minus; a dash where
 * there is no number.
 */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text = digits(size, Number(size.toPrecision(size < 1 ? 3 : 4)));
  return value < 0 ? `−${text}` : text;
}

/** Of the number as it reads: 999.96 is 1000 then, not 1000.0. */
function digits(size: number, rounded: number): string {
  if (rounded >= 1000) return Math.round(size).toString();
  if (rounded >= 1) return rounded.toFixed(rounded >= 100 ? 1 : rounded >= 10 ? 2 : 3);
  if (rounded === 0) return "0.000";
  return rounded >= 1e-4 ? rounded.toPrecision(3) : rounded.toExponential(2).replace("-", "−");
}

/** 0.954 as "95 %". */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;
