import { InvalidArgumentError } from "commander";
import { parse } from "csv-parse/sync";

function entries(text: string): readonly string[] {
  try {
    const [row = []] = parse(text, { trim: true, relax_column_count: true, skip_empty_lines: true });
    return row.filter((name) => name !== "");
  } catch {
    throw new InvalidArgumentError(`Quotes in ${text} do not match; write names with commas as "a, b".`);
  }
}

/**
 * A parser of a,b,c by the rules of CSV: `"a, b",c` are two names. An option given twice adds to the list.
 *
 * @throws InvalidArgumentError for quotes that do not match
 */
export const list = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...entries(text),
];
