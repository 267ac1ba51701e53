/** Text for use inside HTML or SVG, in content and in quoted attributes. */
export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** An id made of names, other for other names: they may differ in a sign alone, or in where one ends. It stands in a link as it is. */
export const idOf = (...names: readonly string[]): string =>
  names.map((name) => name.replace(/[^\w-]/gu, (sign) => `.${sign.codePointAt(0)!.toString(16)}.`)).join(":");

/** A cell of a sortable table. */
export interface Cell {
  /** HTML. */
  readonly html: string;
  /** What to sort by; a number sorts as one, "" goes last. */
  readonly key: string | number;
  readonly right?: boolean;
}

/** So many rows are looked through faster than a word is typed. */
const filterFrom = 8;

/** A table in a box that scrolls by itself, whose columns sort when their headings are pressed; a long one can be filtered. */
export function sortable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  caption: string,
): string {
  const side = (cell: Cell | undefined) => (cell?.right ? ' class="right"' : "");
  const head = headings
    .map(
      (heading, i) =>
        `<th scope="col"${side(rows[0]?.[i])}><button type="button">${escape(heading)}</button></th>`,
    )
    .join("");
  const body = rows
    .map((cells) => {
      const columns = cells.map(
        (cell) => `<td${side(cell)} data-key="${escape(String(cell.key))}">${cell.html}</td>`,
      );
      return `<tr>${columns.join("")}</tr>`;
    })
    .join("\n");
  const filter =
    rows.length < filterFrom
      ? ""
      : `<label class="filter">Filter <input type="search" placeholder="words of a row"></label> <output class="small soft" aria-live="polite"></output>`;
  // Focusable, so that a keyboard can scroll it.
  return `<div class="table">${filter}<div class="scroll" tabindex="0" role="region" aria-label="${escape(caption)}"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div></div>`;
}

/** A table as data, which the page's script makes when the `details` around it are opened. */
export interface TableData {
  readonly caption: string;
  readonly headings: readonly string[];
  /** Text or numbers; numbers stand at the right. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Nothing in it can end the script element, or begin a comment in it. */
export const dataHtml = (table: TableData): string =>
  `<script type="application/json">${JSON.stringify(table).replaceAll("<", "\\u003c")}</script>`;
