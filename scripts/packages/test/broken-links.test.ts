import { describe, expect, it } from "vitest";
import { brokenLinks, type Published } from "../broken-links.ts";

const published: Published = new Map([
  ["core", new Set(["README.md", "docs/gpu.md", "src/weighting/arml.ts"])],
  ["bench", new Set(["README.md"])],
]);
const targets = (page: string, markdown: string): string[] =>
  brokenLinks("core", page, markdown, published).map(({ target }) => target);

describe("brokenLinks", () => {
  it("finds links and pictures to what is not published, in Markdown and HTML", () => {
    const page = '![a](docs/a.png) [b](docs/b.md "title")\n<img src="c.png">\n\n[d]: docs/d.md\n';
    expect(targets("README.md", page)).toEqual(["docs/a.png", "docs/b.md", "c.png", "docs/d.md"]);
  });

  it("takes files, folders, anchors, addresses, and what a neighbour publishes", () => {
    const page =
      "[a](docs/gpu.md#x) [b](src/weighting) [c](src/) [d](#here) [e](https://a.b/c) [f](mailto:a@b) [g](../bench/README.md)";
    expect(targets("README.md", page)).toEqual([]);
  });

  it("reads targets relative to the page", () => {
    expect(
      targets(
        "docs/gpu.md",
        "[a](gpu.md) [b](docs/gpu.md) [c](../src/weighting/arml.ts) [d](../../bench/docs)",
      ),
    ).toEqual(["docs/gpu.md", "../../bench/docs"]);
  });

  it("knows nothing above the packages, and leaves code alone", () => {
    expect(targets("README.md", "[a](../../examples/x) [b](../../../core/README.md)")).toHaveLength(2);
    expect(targets("README.md", "`[a](b.md)`\n\n```ts\nf[0](x)\n```\n")).toEqual([]);
  });
});
