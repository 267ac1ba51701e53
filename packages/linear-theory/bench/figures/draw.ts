/**
 * Draws every figure of the package: docs/figures/NAME.svg and NAME.png.
 *
 *     npm run figures
 *     npm run figures -- risk-by-weight simplex     # these only
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
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
import { drawPhaseDiagram } from "../../src/plot/phase-diagram.ts";
import { type Picture, pictureSvg, png } from "../../src/plot/picture.ts";
import { drawPlugInRegret } from "../../src/plot/plug-in-regret.ts";
import { drawRiskByRows } from "../../src/plot/risk-by-rows.ts";
import { drawRiskByWeight } from "../../src/plot/risk-by-weight.ts";
import { drawSimplex } from "../../src/plot/simplex.ts";
import { drawWeightMap } from "../../src/plot/weight-map.ts";

const figures: Readonly<Record<string, () => Picture>> = {
  "risk-by-weight": () => drawRiskByWeight(riskByWeight()),
  "risk-by-rows": () => drawRiskByRows(riskByRows()),
  "phase-diagram": () => drawPhaseDiagram(phaseDiagram()),
  "weight-map": () => drawWeightMap(weightMap()),
  "plug-in-regret": () => drawPlugInRegret(plugInRegret()),
  "network-risk": () => drawNetworkRisk(networkRiskFigure()),
  simplex: () => drawSimplex(simplexFigure()),
  "covariate-shift": () => drawCovariateShift(covariateShiftFigure()),
};

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(figures);
const folder = fileURLToPath(new URL("../../docs/figures/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const name of chosen) {
  const figure = figures[name];
  if (figure === undefined) {
    console.error(`No figure "${name}"; there are: ${Object.keys(figures).join(", ")}.`);
    process.exitCode = 1;
    continue;
  }
  const start = performance.now();
  const svg = pictureSvg(figure());
  writeFileSync(`${folder}${name}.svg`, svg);
  writeFileSync(`${folder}${name}.png`, png(svg));
  console.log(
    `${name}: ${((performance.now() - start) / 1000).toFixed(1)} s, ${(svg.length / 1024).toFixed(0)} kB`,
  );
}
