import { describe, expect, it } from "vitest";
import { licencePage, licenceProblem } from "../licences.ts";
import { productionDependencies } from "../production.ts";

const dependencies = productionDependencies();

describe("licences of what our packages bring", () => {
  it("are allowed, each of them", () => {
    expect(dependencies.map(licenceProblem).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it("stand in docs/licences.md; npm run docs:licences writes it", async () => {
    await expect(licencePage()).toMatchFileSnapshot("../../../docs/licences.md");
  });

  it("cover what each package brings, directly and through others, and nothing of our own or of development", () => {
    const from = (name: string): readonly string[] | undefined =>
      dependencies.find((each) => each.name === name)?.from;
    expect(from("onnxruntime-node")).toEqual(
      expect.arrayContaining(["core", "molecular", "rl-gvf", "seq-length", "vision-rock"]),
    );
    expect(from("onnxruntime-node")).not.toContain("linear-theory");
    // Through @observablehq/plot.
    expect(from("d3-array")).toEqual(expect.arrayContaining(["bench", "linear-theory"]));
    expect(from("bullmq")).toContain("bench (peer)");
    expect(dependencies.filter(({ name }) => name.startsWith("@outrigger/") || name === "vitest")).toEqual(
      [],
    );
  });
});

describe("licenceProblem", () => {
  const of = (licence: string | undefined, name = "a"): string | undefined =>
    licenceProblem({ name, version: "1.0.0", licence });

  it("wants every part of an AND, one of an OR, and knows no licence that is not listed", () => {
    expect(of("MIT AND ISC")).toBeUndefined();
    expect(of("(MIT OR GPL-3.0)")).toBeUndefined();
    expect(of("MIT AND GPL-3.0")).toContain("a 1.0.0 has the licence MIT AND GPL-3.0");
    expect(of("GPL-3.0")).toBeDefined();
    expect(of(undefined)).toContain("unknown");
  });

  it("allows a licence for some packages to these alone", () => {
    expect(of("LGPL-3.0-or-later", "@img/sharp-libvips-linux-x64")).toBeUndefined();
    expect(of("LGPL-3.0-or-later", "another")).toBeDefined();
  });
});
