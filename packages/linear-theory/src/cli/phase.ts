import type { Command } from "commander";
import { phaseDiagram } from "../figures/phase-diagram.ts";
import { drawPhaseDiagram } from "../plot/phase-diagram.ts";
import { whole } from "./options.ts";
import { digits, print, table } from "./table.ts";
import { checkPictureName, writePicture } from "./write-picture.ts";

export function addPhase(program: Command): void {
  program
    .command("phase")
    .description("how near one auxiliary must be to help at equal weights: the boundary of benefit")
    .requiredOption("--features <D>", "number of features", whole(1))
    .requiredOption("--rows <n0>", "rows of the primary", whole(1))
    .option("--auxiliary-rows <n1>", "auxiliary rows where the noise varies", whole(1), 60)
    .option("--out <file>", "draw the phase diagram, as .svg or .png")
    .addHelpText(
      "after",
      `
Distances Δ are in units of the primary's noise variance. At its best weight an auxiliary never hurts; this is about weight 1.

Examples:
  outrigger-linear phase --features 12 --rows 30
  outrigger-linear phase --features 20 --rows 80 --auxiliary-rows 200 --out phase.png`,
    )
    .action((options: { features: number; rows: number; auxiliaryRows: number; out?: string }) => {
      const { features, rows, auxiliaryRows, out } = options;
      if (out !== undefined) checkPictureName(out);
      const diagram = phaseDiagram({ features, primaryRows: rows, noiseRows: auxiliaryRows });
      if (out !== undefined) writePicture(out, drawPhaseDiagram(diagram));
      const every = <T>(list: readonly T[], step: number): T[] => list.filter((_, i) => i % step === 0);
      print(
        `${features} features, ${rows} rows of the primary, noise variance 1. At equal weights an auxiliary helps if its squared distance is below Δ*.

${table(
  ["auxiliary rows", "Δ*"],
  every(diagram.byRows.boundary, 5).map(({ x, threshold }) => [String(x), digits(threshold)]),
)}

${table(
  [`noise ratio s₁/s₀ (${auxiliaryRows} rows)`, "Δ*"],
  every(diagram.byNoise.boundary, 50).map(({ x, threshold }) => [
    digits(x),
    threshold > 0 ? digits(threshold) : "none",
  ]),
)}`,
      );
    });
}
