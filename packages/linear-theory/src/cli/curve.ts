import type { Command } from "commander";
import { LinearTheoryError } from "../error.ts";
import { logGrid, pairProblem } from "../figures/problem.ts";
import type { Problem } from "../problem.ts";
import { designRisk } from "../risk/design-risk.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { optimalWeights } from "../weights/optimal-weights.ts";
import { drawLines, type Lines } from "./draw-lines.ts";
import { numbers, whole } from "./options.ts";
import { digits, print, table } from "./table.ts";
import { checkPictureName, writePicture } from "./write-picture.ts";

interface Options {
  readonly features: number;
  readonly rows: [number, number];
  readonly distances: number[];
  readonly noise: [number, number];
  readonly along: string;
  readonly out?: string;
}

export function addCurve(program: Command): void {
  program
    .command("curve")
    .description("the risk of learning from one auxiliary, along its weight or its number of rows")
    .requiredOption("--features <D>", "number of features", whole(1))
    .requiredOption("--rows <n0,n1>", "rows of the primary and of the auxiliary", numbers(2))
    .option(
      "--distances <list>",
      "squared distances Δ of the coefficients, with commas",
      numbers(),
      [0, 0.3, 1],
    )
    .option("--noise <s0²,s1²>", "noise variances of the labels", numbers(2), [1, 1])
    .option("--along <quantity>", "weight, or rows", "weight")
    .option("--out <file>", "draw it, as .svg or .png")
    .addHelpText(
      "after",
      `
Examples:
  outrigger-linear curve --features 12 --rows 30,60
  outrigger-linear curve --features 12 --rows 30,60 --distances 0.2,0.5,0.8 --along rows --out rows.svg`,
    )
    .action((options: Options) => {
      const { features, rows, noise, along, out } = options;
      if (out !== undefined) checkPictureName(out);
      if (along !== "weight" && along !== "rows")
        throw new LinearTheoryError("bad-option", `--along must be weight or rows, not ${along}.`, { along });
      const single = singleTaskRisk(pairProblem(features, rows, 0, noise));
      if (single.risk === Number.POSITIVE_INFINITY)
        throw new LinearTheoryError("infinite-risk", single.caution!, { features, rows });
      const draw = along === "weight" ? alongWeight : alongRows;
      const found = draw(options, single.risk);
      if (out !== undefined) writePicture(out, drawLines(found.lines));
      print(found.text);
    });
}

interface Found {
  readonly lines: Lines;
  readonly text: string;
}

function alongWeight({ features, rows, noise, distances }: Options, single: number): Found {
  const grid = [...new Set([...logGrid(0.01, 10, 31), 1])].toSorted((a, b) => a - b);
  const curves = distances.map((distance) => {
    const problem = pairProblem(features, rows, distance, noise);
    return { distance, points: grid.map((x) => ({ x, y: riskAt(problem, x) })), best: bestOf(problem) };
  });
  const sizes = sizesOf(features, rows, noise);
  return {
    lines: {
      title: "Risk along the weight of one auxiliary task",
      caption: `${sizes}. Weights multiply sums of squared errors; the primary's is 1.`,
      x: "auxiliary weight",
      single,
      lines: curves.map(({ distance, points }, series) => ({ label: `Δ = ${distance}`, series, points })),
    },
    text: `${sizes}; alone the primary has a risk of ${digits(single)}.\n\n${table(
      ["distance Δ", "best weight", "risk there", "of alone", "at weight 1", "of alone"],
      curves.map(({ distance, best, points }) => {
        const equal = points.find(({ x }) => x === 1)!.y;
        return [
          String(distance),
          digits(best.weight),
          digits(best.risk),
          digits(best.risk / single),
          digits(equal),
          digits(equal / single),
        ];
      }),
    )}`,
  };
}

function alongRows({ features, rows, noise, distances }: Options, single: number): Found {
  const most = Math.max(rows[1], 2);
  const grid = [...new Set(logGrid(Math.max(1, most / 100), most * 10, 31).map(Math.round))];
  const curves = distances.map((distance) => ({
    distance,
    points: grid.map((x) => {
      const problem = pairProblem(features, [rows[0], x], distance, noise);
      return { x, equal: riskAt(problem, 1), best: bestOf(problem).risk };
    }),
  }));
  const sizes = `${features} features, ${rows[0]} rows of the primary, noise variances ${noise.join(" and ")}`;
  const shown = grid.filter((_, i) => i % 5 === 0);
  return {
    lines: {
      title: "Risk along the auxiliary's number of rows",
      caption: `${sizes}. At the best weight more rows never hurt; at equal weights they may.`,
      x: "auxiliary rows",
      single,
      lines: curves.flatMap(({ distance, points }, series) => [
        {
          label: `Δ = ${distance}, equal weights`,
          series,
          points: points.map(({ x, equal: y }) => ({ x, y })),
        },
        { label: "best weight", series, dashed: true, points: points.map(({ x, best: y }) => ({ x, y })) },
      ]),
    },
    text: `${sizes}; alone the primary has a risk of ${digits(single)}. Risks relative to that, at equal / at best weights:\n\n${table(
      ["distance Δ", ...shown.map((n) => `n₁ = ${n}`)],
      curves.map(({ distance, points }) => [
        String(distance),
        ...points
          .filter(({ x }) => shown.includes(x))
          .map(({ equal, best }) => `${digits(equal / single)} / ${digits(best / single)}`),
      ]),
    )}`,
  };
}

const riskAt = (problem: Problem, weight: number): number => designRisk(problem, [1, weight], "pooled").risk;

function bestOf(problem: Problem): { weight: number; risk: number } {
  const { weights, risk } = optimalWeights(problem, { design: "pooled" });
  return { weight: weights[1]! / weights[0]!, risk: risk.risk };
}

const sizesOf = (features: number, rows: readonly number[], noise: readonly number[]): string =>
  `${features} features, ${rows.join(" and ")} rows, noise variances ${noise.join(" and ")}`;
