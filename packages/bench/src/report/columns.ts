export type Side = "left" | "right";

const segmenter = new Intl.Segmenter();
const wide =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}/u;

/** Columns that a text takes on a terminal: one a character as people count them, two for East Asian ones and emoji. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

/** Lines of cells, aligned, two spaces apart. `sides` says which columns there are. */
export function columns(rows: readonly (readonly string[])[], sides: readonly Side[]): string[] {
  const widths = sides.map((_, column) => Math.max(0, ...rows.map((row) => width(row[column] ?? ""))));
  const pad = (text: string, column: number) => {
    const space = " ".repeat((widths[column] ?? 0) - width(text));
    return sides[column] === "right" ? space + text : text + space;
  };
  return rows.map((row) =>
    sides
      .map((_, column) => pad(row[column] ?? "", column))
      .join("  ")
      .trimEnd(),
  );
}

/** A heading, a rule as wide as the widest line, and the rows. */
export function ruled(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  sides: readonly Side[],
): string {
  const [first = "", ...rest] = columns([heading, ...rows], sides);
  const widest = sides.map((_, column) =>
    Math.max(...[heading, ...rows].map((row) => width(row[column] ?? ""))),
  );
  const rule = "─".repeat(widest.reduce((sum, w) => sum + w + 2, -2));
  return [first, rule, ...rest].join("\n");
}
