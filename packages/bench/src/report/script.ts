/**
 * What the page does: makes tables of trials when they are opened, sorts a table by the heading that is pressed, filters its rows by the words
 * typed, and opens what a link points to. Text is only ever set as text.
 */
export const script: string = `
const make = (name, text, parent) => { const e = document.createElement(name); if (text !== null) e.textContent = text; parent.append(e); return e; };
const build = data => {
  const { caption, headings, rows } = JSON.parse(data.textContent);
  const box = document.createElement("div"); box.className = "table";
  if (rows.length >= 8) {
    const label = make("label", "Filter ", box); label.className = "filter";
    const input = make("input", null, label); input.type = "search"; input.placeholder = "words of a row";
    const count = make("output", "", box); count.className = "small soft"; count.setAttribute("aria-live", "polite");
  }
  const scroll = make("div", null, box); scroll.className = "scroll"; scroll.tabIndex = 0;
  scroll.setAttribute("role", "region"); scroll.setAttribute("aria-label", caption);
  const table = make("table", null, scroll), head = make("tr", null, make("thead", null, table)), body = make("tbody", null, table);
  const right = headings.map((_, i) => rows.length > 0 && rows.every(row => row[i] === "–" || row[i] !== "" && !Number.isNaN(Number(String(row[i]).replace("−", "-")))) && headings[i] !== "id");
  headings.forEach((heading, i) => { const th = make("th", null, head); th.scope = "col"; if (right[i]) th.className = "right"; make("button", heading, th).type = "button"; });
  for (const row of rows) { const tr = make("tr", null, body); row.forEach((value, i) => {
    const td = make("td", String(value), tr); td.dataset.key = value === "–" ? "" : String(value).replace("−", "-");
    if (right[i]) td.className = "right"; if (headings[i] === "notes") td.className = "notes"; if (value === "failed") td.className = "failed"; }); }
  data.replaceWith(box);
};
document.addEventListener("toggle", event => {
  if (event.target.open) for (const data of event.target.querySelectorAll(":scope > script[type='application/json']")) build(data);
}, true);
document.addEventListener("click", event => {
  const button = event.target.closest("th button"); if (!button) return;
  const head = button.parentElement, body = head.closest("table").querySelector("tbody");
  const column = [...head.parentElement.children].indexOf(head);
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = row => row.children[column].dataset.key ?? row.children[column].textContent;
  const order = (a, b) => { const x = Number(key(a)), y = Number(key(b));
    if (key(a) === "" || key(b) === "") return (key(a) === "") - (key(b) === "") || 0;
    const d = Number.isNaN(x) || Number.isNaN(y) ? key(a).localeCompare(key(b)) : x - y; return up ? d : -d; };
  body.append(...[...body.children].sort(order));
});
document.addEventListener("input", event => {
  const box = event.target.closest(".table"); if (!box) return;
  const words = event.target.value.toLowerCase().split(/\\s+/).filter(Boolean), rows = [...box.querySelectorAll("tbody tr")];
  for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
  box.querySelector("output").textContent = words.length === 0 ? "" : rows.filter(row => !row.hidden).length + " of " + rows.length + " rows";
});
const open = () => { const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) { for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") { e.open = true; for (const data of e.querySelectorAll(":scope > script[type='application/json']")) build(data); }
    target.scrollIntoView(); if (target.tagName === "DETAILS") target.querySelector("summary").focus({ preventScroll: true }); } };
addEventListener("hashchange", open); open();
`.trim();
