/** The page's style sheet: one column, light and dark by the reader's setting, plots in two widths, tables that scroll inside themselves. */
export const style: string = `
:root { color-scheme: light dark; --page: #fff; --text: #20242b; --soft: #5b6270; --line: #d9dde4; --card: #f6f7f9;
  --baseline: #3d4451; --rule: #2463b4; --control: #a8660a; --better: #17763a; --worse: #b3261e; --quiet: #767d89; --warn: #fff4dc; --warn-line: #e0b24a; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --text: #e4e7ec; --soft: #a0a8b5; --line: #353b45; --card: #1c2027;
  --baseline: #c3c9d4; --rule: #6ea8f5; --control: #e3a350; --better: #62c886; --worse: #f2857c; --quiet: #939aa7; --warn: #33290f; --warn-line: #8a6d22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 70rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .2rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); } small, .small { font-size: .86rem; }
code { font-size: .88em; overflow-wrap: anywhere; } pre { overflow-x: auto; padding: .7rem; background: var(--card); border-radius: 6px; font-size: .8rem; }
.warn { background: var(--warn); border-left: 4px solid var(--warn-line); padding: .55rem .8rem; margin: .8rem 0; border-radius: 4px; }
.warn p { margin: .15rem 0; }
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .32rem .35rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.notes { white-space: pre-wrap; min-width: 18rem; overflow-wrap: anywhere; }
th { white-space: normal; vertical-align: bottom; }
.options { display: inline-block; white-space: normal; overflow-wrap: break-word; max-width: 9rem; }
th.right, td.right { text-align: right; }
th button { all: unset; cursor: pointer; font-weight: 600; }
:focus-visible { outline: 2px solid var(--rule) !important; outline-offset: 2px; }
a { color: var(--rule); } .skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .3rem; background: var(--page); padding: .3rem; }
.filter { font-size: .84rem; } .filter input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .4rem; max-width: 100%; }
.checks ul { list-style: none; padding: 0; font-size: .88rem; } .checks li { overflow-wrap: anywhere; } .mark { font-weight: 700; } .ok .mark { color: var(--better); } .missing .mark { color: var(--worse); }
nav ul { padding-left: 1.1rem; }
th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }
td a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; } td a:hover { text-decoration-color: currentColor; }
.better { color: var(--better); font-weight: 600; } .worse { color: var(--worse); font-weight: 600; } .failed { color: var(--worse); }
.key { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em; }
figure { margin: .8rem 0; } figcaption { margin-top: .3rem; font-size: .86rem; color: var(--soft); }
svg { display: block; max-width: 100%; height: auto; } svg text { white-space: pre; }
.narrow { display: none; } @media (max-width: 46rem) { .wide { display: none; } .narrow { display: block; } }
h4 { margin: 1.2rem 0 .1rem; } ul { margin: .3rem 0; padding-left: 1.3rem; }
.small-plots { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; align-items: flex-start; } .small-plots figure { max-width: min(100%, 30rem); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .84rem; }
details { margin: .35rem 0; } summary { cursor: pointer; } :target { scroll-margin-top: 1rem; } details:target > summary { font-weight: 600; }
`.trim();
