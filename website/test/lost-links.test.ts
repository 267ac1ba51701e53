import { expect, it } from "vitest";
import { lostLinks } from "../check/lost-links.ts";

const page = (address: string, html: string) => ({ address, html });
const link = (target: string) => `<p><a class="x" href="${target}">…</a></p>`;
const lostFrom = (...targets: string[]): string[] =>
  lostLinks({
    pages: [
      page("/docs/a", `<h2 id="here" tabindex="-1">Here</h2>${targets.map(link).join("")}`),
      page("/docs/b", '<h2 id="über-k=2">…</h2><a id="old"></a>'),
      page("/packages/core/", '<h1 id="core">core</h1>'),
    ],
    files: new Set(["/docs/esol.png"]),
  });

it("takes anchors that exist, on the same page and on others, however the address is written", () => {
  expect(
    lostFrom(
      "#here",
      "#",
      "b",
      "/docs/b#old",
      "b#%C3%BCber-k=2",
      "/packages/core/#core",
      "../packages/core/",
    ),
  ).toEqual([]);
});

it("takes files of the site, and addresses of the web", () => {
  expect(lostFrom("/docs/esol.png", "https://arxiv.org/abs/2001.06782#x", "http://a.b?c=d&amp;e")).toEqual(
    [],
  );
});

it("names page, link and anchor of a heading that is not there", () => {
  expect(lostFrom("#gone", "/docs/b#here", "b#Old")).toEqual([
    "/docs/a has a link to #gone, and /docs/a has no #gone.",
    "/docs/a has a link to /docs/b#here, and /docs/b has no #here.",
    "/docs/a has a link to b#Old, and /docs/b has no #Old.",
  ]);
});

it("names pages that are not there, also those that are only a folder or a source", () => {
  expect(lostFrom("/docs/c", "/packages/core", "/docs/b.md")).toHaveLength(3);
});

it("refuses what is neither a page nor http(s)", () => {
  expect(lostFrom("mailto:a@b.c", "file:///etc/x", "javascript:x", "https://")).toHaveLength(4);
});
