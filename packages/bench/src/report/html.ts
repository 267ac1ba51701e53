/** Text for use inside HTML or SVG, in content and in quoted attributes. */
export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A cell of a sortable table. */
export interface Cell {
  /** HTML. */
  readonly html: string;
  /** What to sort by; a number sorts as one, "" goes last. */
  readonly key: string | number;
  readonly right?: boolean;
  readonly wrap?: boolean;
}

/** A table whose columns sort when their headings are pressed. */
export function sortable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const classes = (cell: Cell | undefined) => {
    const names = [...(cell?.right ? ["right"] : []), ...(cell?.wrap ? ["wrap"] : [])];
    return names.length > 0 ? ` class="${names.join(" ")}"` : "";
  };
  const head = headings
    .map((heading, i) => `<th scope="col"${classes(rows[0]?.[i])}><button>${escape(heading)}</button></th>`)
    .join("");
  const body = rows
    .map((cells) => {
      const columns = cells.map(
        (cell) => `<td${classes(cell)} data-key="${escape(String(cell.key))}">${cell.html}</td>`,
      );
      return `<tr>${columns.join("")}</tr>`;
    })
    .join("\n");
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}
