import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { covariateShiftFigure } from "../../src/figures/covariate-shift.ts";
import { networkRiskFigure } from "../../src/figures/network-risk.ts";
import { phaseDiagram } from "../../src/figures/phase-diagram.ts";
import { plugInRegret } from "../../src/figures/plug-in-regret.ts";
import { riskByRows } from "../../src/figures/risk-by-rows.ts";
import { riskByWeight } from "../../src/figures/risk-by-weight.ts";
import { simplexFigure } from "../../src/figures/simplex.ts";
import { weightMap } from "../../src/figures/weight-map.ts";
import { drawCovariateShift } from "../../src/plot/covariate-shift.ts";
import { drawNetworkRisk } from "../../src/plot/network-risk.ts";
import { edges, ratioColour, ratioColours, ratioLevels } from "../../src/plot/panel.ts";
import { drawPhaseDiagram } from "../../src/plot/phase-diagram.ts";
import { pictureSvg, png } from "../../src/plot/picture.ts";
import { drawPlugInRegret } from "../../src/plot/plug-in-regret.ts";
import { drawRiskByRows } from "../../src/plot/risk-by-rows.ts";
import { drawRiskByWeight } from "../../src/plot/risk-by-weight.ts";
import { drawSimplex } from "../../src/plot/simplex.ts";
import { drawWeightMap } from "../../src/plot/weight-map.ts";

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const drawn = fileURLToPath(new URL("../../docs/figures/", import.meta.url));

/** Every module that a file reaches, and every package. */
function reached(entry: string): { files: Set<string>; packages: Set<string> } {
  const [files, packages] = [new Set<string>(), new Set<string>()];
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, , from] of readFileSync(file, "utf8").matchAll(/\b(from|import)\s*\(?"([^"]+)"/g))
      if (from!.startsWith(".")) visit(resolve(dirname(file), from!));
      else packages.add(from!);
  };
  visit(entry);
  return { files, packages };
}

describe("what importing the package loads", () => {
  it("is ml-matrix and nothing else, and no module that draws", () => {
    const { files, packages } = reached(join(source, "index.ts"));
    expect([...packages]).toEqual(["ml-matrix"]);
    expect([...files].filter((file) => file.includes("/plot/") || file.includes("/figures/"))).toEqual([]);
    expect(files.size).toBeGreaterThan(20);
  });

  it("holds for every module but those that draw and the command", () => {
    const modules = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !/^(plot\/|cli\b)/.test(file),
    );
    for (const file of modules) {
      const packages = [...reached(join(source, file)).packages];
      expect({ file, packages: packages.filter((name) => name !== "ml-matrix") }).toEqual({
        file,
        packages: [],
      });
    }
  });
});

describe("pictures", () => {
  it.each([
    ["risk-by-weight", () => drawRiskByWeight(riskByWeight({ replicates: 2 }))],
    ["weight-map", () => drawWeightMap(weightMap({ replicates: 2 }))],
    ["plug-in-regret", () => drawPlugInRegret(plugInRegret({ replicates: 10 }))],
    ["network-risk", () => drawNetworkRisk(networkRiskFigure({ replicates: 10 }))],
    ["risk-by-rows", () => drawRiskByRows(riskByRows({ replicates: 20 }))],
    ["phase-diagram", () => drawPhaseDiagram(phaseDiagram())],
    ["simplex", () => drawSimplex(simplexFigure(31, 27))],
    ["covariate-shift", () => drawCovariateShift(covariateShiftFigure({ replicates: 4 }))],
  ])("%s stands alone, has its words and no NaN", (_, draw) => {
    const picture = draw();
    const svg = pictureSvg(picture);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/<svg /g)).toHaveLength(1 + picture.panels.flat().length);
    for (const key of picture.keys) expect(svg).toContain(`>${key.label.replaceAll("<", "&lt;")}<`);
    expect(svg).toContain(`>${picture.title}<`);
    // Signature and width of a PNG: twice the SVG's.
    const bytes = Buffer.from(png(svg));
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(bytes.readUInt32BE(16)).toBe(2 * Number(/ width="(\d+)"/.exec(svg)![1]));
  });

  it("escapes what a title may hold", () => {
    const svg = pictureSvg({
      title: 'a < b & "c"',
      caption: "d > e",
      keys: [],
      panels: [['<svg width="400" height="9"></svg>']],
    });
    expect(svg).toContain(">a &lt; b &amp; &quot;c&quot;<");
  });

  it("are all drawn and committed, as SVG and PNG", () => {
    const files = readdirSync(drawn);
    const names = files.filter((file) => file.endsWith(".svg")).map((file) => file.slice(0, -4));
    expect(files.toSorted()).toEqual(names.flatMap((name) => [`${name}.png`, `${name}.svg`]).toSorted());
    expect(names.toSorted()).toEqual(
      readdirSync(join(source, "plot"))
        .map((file) => file.slice(0, -3))
        .filter((name) => name !== "panel" && name !== "picture")
        .toSorted(),
    );
  });
});

describe("colours of a ratio", () => {
  it("change at 1 from blue to red, a class for every pair of levels", () => {
    expect(ratioColours).toHaveLength(ratioLevels.length + 1);
    const at = ratioLevels.indexOf(1);
    expect([0.95, 1, 1.1].map(ratioColour)).toEqual([
      ratioColours[at],
      ratioColours[at + 1],
      ratioColours[at + 1],
    ]);
    expect([0, 99].map(ratioColour)).toEqual([ratioColours[0], ratioColours.at(-1)]);
  });

  it("cells of a logarithmic grid meet half-way", () => {
    const found = edges([1, 10, 100]);
    for (const [i, power] of [-0.5, 0.5, 1.5, 2.5].entries()) expect(found[i]).toBeCloseTo(10 ** power, 10);
  });
});
