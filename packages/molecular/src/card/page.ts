import { escape } from "./html.ts";

/** Colours of the page as CSS variables, for light and dark; series are held apart for the common kinds of colour blindness. */
const palette = {
  light: {
    text: "#20242b",
    quiet: "#5f6774",
    line: "#d9dde4",
    page: "#ffffff",
    card: "#f6f7f9",
    warn: "#9a3412",
    series: ["#2463b4", "#c2410c", "#17763a", "#7b3fa0", "#8a6d00", "#0f766e"],
  },
  dark: {
    text: "#e4e7ec",
    quiet: "#a0a8b5",
    line: "#353b45",
    page: "#14171c",
    card: "#1c2027",
    warn: "#ffb27a",
    series: ["#6ea8f5", "#ff9a52", "#62c886", "#c79be8", "#d9be52", "#4fd1c5"],
  },
} as const;

const variables = ({ series, ...plain }: (typeof palette)["light" | "dark"]): string =>
  [...Object.entries(plain), ...series.map((colour, i) => [`series-${i}`, colour] as const)]
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");

/** The i-th colour of a series. */
export const series = (i: number): string => `var(--series-${i % palette.light.series.length})`;

const style = `:root { color-scheme: light dark; ${variables(palette.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(palette.dark)} } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.4rem 1rem 4rem; max-width: 62rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem; overflow-wrap: anywhere; } h3 { font-size: 1rem; margin: 1.4rem 0 .2rem; }
p, ul { margin: .4rem 0; } ul { padding-left: 1.2rem; } .soft, figcaption { color: var(--quiet); font-size: .88rem; }
.warn { color: var(--warn); } .verdict { font-size: 1.05rem; font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.2rem; }
figure { margin: 0; min-width: 0; } svg { display: block; max-width: 100%; height: auto; }
.molecule { background: #ffffff; border: 1px solid var(--line); border-radius: 6px; padding: .4rem; }
.molecule svg { margin: 0 auto; } code { overflow-wrap: anywhere; font-size: .84rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: .3rem 1.4rem; margin: .5rem 0; }
dl div { border-bottom: 1px solid var(--line); padding: .2rem 0; } dt { color: var(--quiet); font-size: .84rem; } dd { margin: 0; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; font-size: .85rem; } .legend i { display: inline-block; width: 1.1rem; height: .22rem; margin-right: .35rem; vertical-align: middle; }
.scroll { overflow-x: auto; margin: .5rem 0; } table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; } td:first-child { white-space: normal; min-width: 6rem; overflow-wrap: anywhere; } .right { text-align: right; }
:focus-visible { outline: 2px solid var(--series-0); outline-offset: 2px; } summary { cursor: pointer; margin-top: 1rem; }`;

/** Nothing may be fetched, and no script may run. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A page that needs nothing else. `parts` are HTML that is escaped already; title and lead are plain text. */
export function pageHtml({
  title,
  lead,
  parts,
}: {
  readonly title: string;
  readonly lead: readonly string[];
  readonly parts: readonly string[];
}): string {
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
${lead.map((text) => `<p>${escape(text)}</p>`).join("\n")}
</header>
<main>
${parts.join("\n")}
</main>
</body>
</html>
`;
}
