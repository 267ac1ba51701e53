import { escape } from "../draw/escape.ts";

const style = `:root { color-scheme: light dark; --text: #20242b; --quiet: #5f6774; --line: #d9dde4; --page: #fff; --bar: #9dbfe8; --series-0: #2463b4; --series-1: #c2410c; --series-2: #17763a; --series-3: #7b3fa0; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e7ec; --quiet: #a0a8b5; --line: #353b45; --page: #14171c; --bar: #2f4f78; --series-0: #6ea8f5; --series-1: #ff9a52; --series-2: #62c886; --series-3: #c79be8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.4rem 1rem 4rem; max-width: 62rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .4rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem; }
p { margin: .4rem 0; } .soft, figcaption { color: var(--quiet); font-size: .88rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.2rem; }
figure { margin: 0; min-width: 0; } svg, img { display: block; max-width: 100%; height: auto; } img { width: 100%; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: .3rem 1.4rem; margin: .5rem 0; }
dl div { border-bottom: 1px solid var(--line); padding: .2rem 0; } dt { color: var(--quiet); font-size: .84rem; } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: .5rem 0; } table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .8rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; } .right { text-align: right; }
.bar { display: inline-block; height: .7rem; background: var(--bar); vertical-align: baseline; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; font-size: .85rem; } .legend i { display: inline-block; width: 1.1rem; height: .22rem; margin-right: .35rem; vertical-align: middle; }`;

/** Nothing may be fetched, and no script may run; pictures are in the page. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A page that needs nothing else. `parts` are HTML that is escaped already; title and lead are plain text. */
export const pageHtml = (title: string, lead: readonly string[], parts: readonly string[]): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${lead.map((text) => `<p>${escape(text)}</p>`).join("\n")}
${parts.join("\n")}
</main>
</body>
</html>
`;

/** A table in a box that scrolls by itself, and can be reached by keyboard. Numbers stand at the right. A bar as long as the number in column `bar`. */
export function tableHtml(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  bar: number,
): string {
  const right = headings.map((_, i) => rows.every((row) => /^[\d–]/.test(row[i] ?? "–")));
  const longest = Math.max(1, ...rows.map((row) => Number(row[bar]) || 0));
  const cell = (tag: string, text: string, i: number): string =>
    `<${tag}${tag === "th" ? ' scope="col"' : ""}${right[i] ? ' class="right"' : ""}>${escape(text)}</${tag}>`;
  const bars = (row: readonly string[]): string =>
    `<td><span class="bar" style="width:${((8 * (Number(row[bar]) || 0)) / longest).toFixed(2)}rem"></span></td>`;
  const lines = rows.map(
    (row) => `<tr>${row.map((text, i) => cell("td", text, i)).join("")}${bars(row)}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escape(caption)}"><table><thead><tr>${headings.map((text, i) => cell("th", text, i)).join("")}<td></td></tr></thead><tbody>
${lines.join("\n")}
</tbody></table></div>`;
}

/** Names and what they are, below each other on a phone. */
export const factsHtml = (facts: readonly (readonly [name: string, value: string])[]): string =>
  `<dl>${facts.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join("")}</dl>`;
