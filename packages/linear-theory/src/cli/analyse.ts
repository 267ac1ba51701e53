import { type Command, InvalidArgumentError } from "commander";
import { analyse, type Verdict } from "../analyse.ts";
import { drawVerdict } from "./draw-verdict.ts";
import { fraction, names, whole } from "./options.ts";
import { readTasks } from "./read-tasks.ts";
import { digits, print, table } from "./table.ts";
import { checkPictureName, writePicture } from "./write-picture.ts";

interface Options {
  readonly target?: string[];
  readonly features?: string[];
  readonly design?: "pooled" | "shared";
  readonly intercept: boolean;
  readonly scaleLabels?: boolean;
  readonly level: number;
  readonly resamples: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly plot?: string;
}

export function addAnalyse(program: Command): void {
  program
    .command("analyse")
    .description("do these auxiliary tables help a linear model of the main one?")
    .argument("<main>", "CSV file of the primary: a header, one row a sample, numbers only")
    .argument("<auxiliaries...>", "CSV files of the auxiliaries, with the same feature columns")
    .option("--target <column>", "the label's column; or one a file, with commas (default: the last)", names)
    .option("--features <columns>", "feature columns, with commas (default: all others)", names)
    .option(
      "--design <design>",
      "pooled, or shared where all files hold the same rows (default: as found)",
      designOf,
    )
    .option("--no-intercept", "fit without an intercept for each task")
    .option("--scale-labels", "bring every auxiliary's labels to the primary's standard deviation")
    .option("--level <fraction>", "of the intervals", fraction, 0.95)
    .option("--resamples <count>", "of the bootstrap", whole(20), 1000)
    .option("--seed <number>", "of the bootstrap", whole(0), 0)
    .option("--json", "print the verdict as JSON, with all numbers and fits")
    .option("--plot <file>", "draw the benefit with its intervals, as .svg or .png")
    .addHelpText(
      "after",
      `
Features are compared in the primary's metric, so their units do not matter; the labels' units do, unless --scale-labels is given.
Weights multiply sums of squared errors; in @outrigger/core, staticWeights takes the JSON as it is.

Examples:
  outrigger-linear analyse main.csv aux.csv
  outrigger-linear analyse esol.csv lipo.csv freesolv.csv --target logS,logD,dG --features mass,tpsa,rings
  outrigger-linear analyse main.csv aux.csv --plot benefit.svg --json > verdict.json`,
    )
    .action((main: string, auxiliaries: string[], options: Options) => {
      if (options.plot !== undefined) checkPictureName(options.plot);
      const { tasks, features } = readTasks([main, ...auxiliaries], options);
      const { design, intercept, scaleLabels = false, level, resamples, seed } = options;
      const verdict = analyse(tasks, {
        ...(design && { design }),
        intercept,
        scaleLabels,
        features,
        level,
        resamples,
        seed,
      });
      if (options.plot !== undefined) writePicture(options.plot, drawVerdict(verdict));
      print(options.json === true ? JSON.stringify(verdict, null, 2) : report(verdict));
    });
}

function designOf(text: string): "pooled" | "shared" {
  if (text === "pooled" || text === "shared") return text;
  throw new InvalidArgumentError("It must be pooled or shared.");
}

/** The verdict's sentence, then tables. */
function report(verdict: Verdict): string {
  const { alone, equal, recommended, tasks, alternatives, cautions } = verdict;
  const interval = ({ low, high }: { low: number; high: number }) => `${digits(low)} … ${digits(high)}`;
  const parts = [
    verdict.summary,
    table(
      ["", "risk", "of alone", `${Number((100 * verdict.level).toPrecision(3))} % interval`, "RMSE"],
      [
        ["primary alone", digits(alone.risk), "1", "", digits(Math.sqrt(alone.error))],
        ...(
          [
            ["equal weights", equal],
            ["recommended", recommended],
          ] as const
        ).map(([name, at]) => [
          name,
          digits(at.risk),
          digits(at.ratio),
          interval(at),
          digits(Math.sqrt(at.error)),
        ]),
      ],
    ),
    table(
      ["task", "rows", "noise", "distance", "weight", "share", ""],
      tasks.map(({ name, rows, noise, distance, weight, share, drop, reason }) => [
        name,
        String(rows),
        noise === undefined ? "?" : digits(noise),
        distance === undefined ? "?" : digits(distance),
        digits(weight),
        digits(share),
        `${drop ? "leave out: " : ""}${reason}`,
      ]),
    ),
  ];
  const { jamesStein, network } = alternatives;
  const others = [
    ...(jamesStein === undefined
      ? []
      : [
          `Without any estimate of weights: James and Stein's estimator goes ${digits(100 * jamesStein.shrinkage)} % of the way from the primary's fit to the auxiliaries'.`,
        ]),
    ...(network === undefined ? [] : [`Linear network: ${network.reason}`]),
    ...cautions.map((text) => `Caution: ${text}`),
  ];
  return [...parts, ...(others.length > 0 ? [others.join("\n")] : [])].join("\n\n");
}
