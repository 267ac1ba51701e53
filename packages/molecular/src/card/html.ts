/** Text for use inside HTML or SVG, in content and in quoted attributes. */
export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A table in a box that scrolls by itself, and can be reached by keyboard. Numbers stand at the right. */
export function tableHtml(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const right = headings.map((_, i) => rows.every((row) => /^[\d–+−-]/.test(row[i] ?? "–")));
  const cell = (tag: string, text: string, i: number): string =>
    `<${tag}${tag === "th" ? ' scope="col"' : ""}${right[i] ? ' class="right"' : ""}>${escape(text)}</${tag}>`;
  const line = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((text, i) => cell(tag, text, i)).join("")}</tr>`;
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escape(caption)}"><table><thead>${line("th", headings)}</thead><tbody>
${rows.map((row) => line("td", row)).join("\n")}
</tbody></table></div>`;
}

/** Names and what they are, below each other on a phone. */
export const factsHtml = (facts: readonly (readonly [name: string, value: string])[]): string =>
  `<dl>${facts.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join("")}</dl>`;
