import { columnsOf, type Value } from "./columns.ts";
import type { ExportedTrial } from "./trial.ts";

/**
 * Comma-separated values with a heading, one line a trial, without curves. Numbers have all their digits, so that reading them back
 * gives the same numbers; what is not there is empty. Quoted as in RFC 4180, lines end with \n.
 */
export function toCsv(trials: readonly ExportedTrial[]): string {
  const columns = columnsOf(trials, { withCurves: false });
  const line = (values: readonly Value[]) => `${values.map(quoted).join(",")}\n`;
  const rows = trials.map((_, i) => line(columns.map(({ values }) => values[i] ?? null)));
  return line(columns.map(({ name }) => name)) + rows.join("");
}

function quoted(value: Value): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
