import { OutriggerError } from "@outrigger/core/error";
import { type Extrapolation, extrapolation } from "../metric/extrapolation.ts";
import type { LengthScore } from "../metric/length-score.ts";
import { type Configuration, differences, valueOf } from "../setup/configuration.ts";

/** One model, tested by length. */
export interface TestedModel {
  readonly folder: string;
  readonly configuration: Configuration;
  readonly scores: readonly LengthScore[];
}

/** A value with what lies around it. */
export interface Band {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** One length of a curve. */
export interface CurveAtLength {
  readonly length: number;
  readonly exact: Band;
  readonly token: Band;
  /** Shares of sequences with each kind of error, averaged over the models. */
  readonly errors: LengthScore["errors"];
}

/** Models that differ in their seed alone. */
export interface Curve {
  readonly label: string;
  readonly models: readonly TestedModel[];
  readonly points: readonly CurveAtLength[];
  /** Of the mean exact match. */
  readonly summary: Extrapolation;
  /** "wilson": of one model, Wilson's interval at 95 % of exact match, over sequences. "seeds": from the lowest to the highest model. */
  readonly band: "wilson" | "seeds";
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const range = (values: readonly number[]): Band => ({
  mean: mean(values),
  low: Math.min(...values),
  high: Math.max(...values),
});

/**
 * Curves from tested models: those with equal options but for the seed are one curve.
 *
 * A curve of one model has Wilson's interval around exact match, and none around per-token accuracy, because tokens of one sequence are not
 * independent. A curve of several models has the range of their values: how much seeds matter, which Wilson's interval does not know.
 *
 * @param models tested at the same lengths.
 * @throws OutriggerError `bad-option` for no models, models of several tasks, or one model twice.
 */
export function curvesOf(models: readonly TestedModel[]): Curve[] {
  const [first] = models;
  if (first === undefined) throw new OutriggerError("bad-option", "There are no models to compare.");
  const other = models.find(({ configuration }) => configuration.task !== first.configuration.task);
  if (other !== undefined)
    throw new OutriggerError(
      "bad-option",
      `${first.folder} is trained on ${first.configuration.task} and ${other.folder} on ${other.configuration.task}: compare models of one task.`,
    );
  const groups: TestedModel[][] = [];
  for (const model of models) {
    const group = groups.find(([head]) => differing(head!.configuration, model.configuration).length === 0);
    const twin = group?.find((each) => each.configuration.seed === model.configuration.seed);
    if (twin)
      throw new OutriggerError(
        "bad-option",
        `${twin.folder} and ${model.folder} have the same options and seed, so they are one model. Leave one of them out.`,
      );
    if (group) group.push(model);
    else groups.push([model]);
  }
  const heads = groups.map(([head]) => head!.configuration);
  const said = [
    ...new Set(["position", "auxiliary", ...heads.flatMap((each) => differing(heads[0]!, each))]),
  ] as (keyof Configuration)[];
  return groups.map((group) => curveOf(group, labelOf(group[0]!.configuration, said)));
}

const differing = (a: Configuration, b: Configuration): (keyof Configuration)[] =>
  differences(a, b).filter((name) => name !== "seed");

/** Names speak for themselves; numbers need that of their option. */
function labelOf(configuration: Configuration, names: readonly (keyof Configuration)[]): string {
  const words = names.map((name) => {
    if (name === "auxiliary")
      return configuration.auxiliary.length === 0 ? "no auxiliary" : configuration.auxiliary.join(" + ");
    const value = valueOf(configuration, name);
    return name === "position" ? value : `${name} ${value}`;
  });
  return words.join(", ");
}

function curveOf(models: readonly TestedModel[], label: string): Curve {
  const points = models[0]!.scores.map(({ length, interval }, i): CurveAtLength => {
    const scores = models.map((model) => model.scores[i]!);
    const exact = range(scores.map(({ exactMatch }) => exactMatch));
    const share = (kind: keyof LengthScore["errors"]): number =>
      mean(scores.map(({ errors }) => errors[kind]));
    return {
      length,
      exact: models.length === 1 ? { mean: exact.mean, ...interval } : exact,
      token: range(scores.map(({ tokenAccuracy }) => tokenAccuracy)),
      errors: {
        wrongToken: share("wrongToken"),
        missingEnd: share("missingEnd"),
        wrongMultiset: share("wrongMultiset"),
      },
    };
  });
  const scored = points.map(({ length, exact }) => ({ length, score: exact.mean }));
  return {
    label,
    models,
    points,
    summary: extrapolation(scored, models[0]!.configuration.trainLength),
    band: models.length === 1 ? "wilson" : "seeds",
  };
}
