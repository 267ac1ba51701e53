import { type Figure, figureHtml } from "./figure.ts";
import { escape } from "./html.ts";
import { paletteStyle } from "./palette.ts";

/** A page that needs nothing else: figures as SVG inside it, and pieces of HTML between them. */
export interface Page {
  readonly title: string;
  /** Plain text below the title. */
  readonly lead: readonly string[];
  /** Figures, and HTML that is escaped already. */
  readonly parts: readonly (Figure | string)[];
}

const style = `${paletteStyle}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.4rem 1rem 4rem; max-width: 66rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .3rem; }
p { margin: .4rem 0; } .soft, figcaption { color: var(--quiet); } figcaption, .soft { font-size: .88rem; }
figure { margin: 0; } svg { display: block; max-width: 100%; height: auto; } svg.key { display: inline-block; vertical-align: -2px; margin-right: .3rem; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; font-size: .88rem; }
.narrow { display: none; } @media (max-width: 46rem) { .wide { display: none; } .narrow { display: block; } }
.scroll { overflow-x: auto; margin: .5rem 0; } table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; } .right { text-align: right; }
:focus-visible { outline: 2px solid var(--series-0); outline-offset: 2px; }
pre { overflow-x: auto; padding: .7rem; background: var(--card); border-radius: 6px; font-size: .82rem; line-height: 1.45; }
summary { cursor: pointer; margin-top: 1.4rem; }`;

/** Nothing may be fetched and no script may run; the maps' pixels are inside the page. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The page as HTML text. */
export function pageHtml({ title, lead, parts }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escape(title)}</h1>
${lead.map((text) => `<p class="soft">${escape(text)}</p>`).join("\n")}
</header>
<main>
${parts.map((part) => (typeof part === "string" ? part : figureHtml(part))).join("\n")}
</main>
</body>
</html>
`;
}
