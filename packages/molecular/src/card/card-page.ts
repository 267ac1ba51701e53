import { percent, short } from "@outrigger/core/command/text-table";
import type { ModelChoice } from "../model/molecule-model.ts";
import { attribute } from "../predictor/attribution.ts";
import { attributionSvg } from "../predictor/attribution-svg.ts";
import type { Predictor } from "../predictor/predictor.ts";
import type { PredictorRecord } from "../predictor/record.ts";
import { selectionWords } from "../training/auxiliaries.ts";
import type { Configuration } from "../training/configuration.ts";
import { coveragePromise, coverageVerdict, type TargetReport, type TestRow } from "../training/report.ts";
import { splitWords } from "../training/split-words.ts";
import { escape, factsHtml, tableHtml } from "./html.ts";
import { pageHtml } from "./page.ts";
import { figureHtml } from "./panel.ts";
import {
  coverageFigure,
  domainFigure,
  parityFigure,
  reliabilityFigure,
  rocFigure,
  weightsFigure,
} from "./target-figures.ts";

/** Targets that get figures; the others have their numbers in the table. */
const MOST_FIGURED = 4;

const MODEL_WORDS: Readonly<Record<ModelChoice["name"], string>> = {
  gin: "graph isomorphism network",
  gcn: "graph convolutional network",
  "d-mpnn": "message passing along directed bonds",
  "attentive-fp": "graph network with attention",
  mlp: "perceptron on fingerprints",
};

/** The model in words: what it is, its sizes, and what it reads besides the structure. */
export const modelWords = ({ model, ensemble, inputs }: Configuration): string => {
  const { name, ...sizes } = model;
  const said = Object.entries(sizes).map(([size, value]) => `${size} ${String(value)}`);
  const read =
    inputs === "none"
      ? ""
      : typeof inputs === "string"
        ? ", reads descriptors as well"
        : `, reads ${inputs.join(", ")} as well`;
  return `${ensemble > 1 ? `mean of ${ensemble}: ` : ""}${MODEL_WORDS[name]} (${name})${said.length > 0 ? `, ${said.join(", ")}` : ""}${read}`;
};

const range = (low: number | null, high: number | null): string =>
  low === null || high === null ? "–" : `${short(low)} to ${short(high)}`;

function facts({ configuration, report, rdkit }: PredictorRecord): string {
  const { data, parts, auxiliaries, selection, members } = report;
  const { split, method, scale, seed } = configuration;
  return factsHtml([
    ["Data", `${data.name}: ${data.molecules} molecules`],
    ["Rows left out", data.invalid === 0 ? "none" : `${data.invalid}, see below`],
    ["Repeated molecules", data.repeated === 0 ? "none" : `${data.repeated}`],
    [
      "Split",
      `${splitWords(split)}: ${parts.train} training, ${parts.validation} validation, ${parts.test} test`,
    ],
    ["Model", modelWords(configuration)],
    [
      "Auxiliary tasks",
      auxiliaries.length === 0
        ? "none"
        : `${auxiliaries.join(", ")}; ${selection ? `${selectionWords(selection)}, ` : ""}weighed by ${method}, scale ${scale}`,
    ],
    [
      "Epochs",
      `best ${members.map(({ bestEpoch }) => bestEpoch).join(", ")} of at most ${configuration.epochs}`,
    ],
    ["Made with", `RDKit ${rdkit}, seed ${seed}`],
  ]);
}

function metricsTable({ targets }: PredictorRecord["report"]): string {
  const rows = targets.flatMap(({ name, metrics, test }) =>
    metrics.map((each) => [
      name,
      each.name,
      short(each.value),
      range(each.low, each.high),
      short(each.baseline),
      String(test.length),
    ]),
  );
  return tableHtml(
    "Metrics on test molecules",
    ["target", "metric", "test", "95 % interval", "without a model", "molecules"],
    rows,
  );
}

function figures(target: TargetReport, configuration: Configuration): string {
  const inside = target.coverage.find(({ level }) => level === configuration.level)!;
  const promise = coveragePromise(configuration.split);
  const drawn =
    target.kind === "regression"
      ? [parityFigure(target, inside), coverageFigure(target, promise), domainFigure(target)]
      : [rocFigure(target), reliabilityFigure(target), coverageFigure(target, promise), domainFigure(target)];
  const verdict = coverageVerdict(inside, target.labels.validation);
  const share = `${inside.covered} of ${inside.labels} test labels (${percent(inside.covered / inside.labels)})`;
  const said =
    inside.size === null
      ? `The ${target.labels.validation} validation labels are too few for ${percent(configuration.level)}: intervals are endless.`
      : `${target.kind === "regression" ? "Intervals" : "Prediction sets"} for ${percent(configuration.level)} hold ${share}.`;
  return `<h2>${escape(target.name)}</h2><p>${escape(said)}${verdict === "" ? "" : ` <span class="warn">${escape(verdict)}</span>`}</p><div class="figures">${drawn.map(figureHtml).join("")}</div>`;
}

/** Test molecules worth looking at: well and badly predicted, ordinary, and far from training. */
export function examplesOf({ test }: Pick<TargetReport, "test">): { why: string; row: TestRow }[] {
  const error = ({ value, label }: TestRow): number => Math.abs(value - label);
  const byError = test.toSorted((a, b) => error(a) - error(b));
  const farthest = test.toSorted((a, b) => a.similarity - b.similarity)[0];
  const chosen = [
    ["predicted best", byError[0]],
    ["ordinary error", byError[Math.floor(byError.length / 2)]],
    ["predicted worst", byError.at(-1)],
    ["least like training", farthest],
  ] as const;
  const seen = new Set<string>();
  return chosen.flatMap(([why, row]) => {
    if (row === undefined || seen.has(row.smiles)) return [];
    seen.add(row.smiles);
    return [{ why, row }];
  });
}

async function examples(predictor: Predictor, target: TargetReport): Promise<string> {
  const drawn: string[] = [];
  for (const { why, row } of examplesOf(target)) {
    const found = await attribute(predictor, row.smiles, target.name).catch(() => null);
    const svg = await attributionSvg(found ?? { smiles: row.smiles, atoms: [] });
    const numbers = `measured ${short(row.label)}, predicted ${short(row.value)}, similarity ${row.similarity.toFixed(2)}`;
    drawn.push(
      `<figure><h3>${escape(why)}</h3><div class="molecule" role="img" aria-label="${escape(row.smiles)}">${svg}</div><figcaption><code>${escape(row.smiles)}</code><br>${escape(numbers)}</figcaption></figure>`,
    );
  }
  if (drawn.length === 0) return "";
  return `<h2>Which atoms matter</h2><p class="soft">Orange atoms raise the prediction of ${escape(target.name)}, blue ones lower it, the strongest of each molecule in full colour: the difference that leaving the atom out makes. It says what the model uses, not what causes the property.</p><div class="figures">${drawn.join("")}</div>`;
}

/** Weights over epochs, or a sentence where they never changed. */
function auxiliaryPart(weights: PredictorRecord["report"]["curves"]["weights"]): string {
  const series = Object.entries(weights);
  if (series.length === 0) return "";
  const fixed = series.every(([, values]) => values.every((value) => value === values[0]));
  const said = series.map(([name, values]) => `${name} ${short(values[0])}`).join(", ");
  const shown = fixed
    ? `<p>Weights were fixed: ${escape(said)}; the target's is 1.</p>`
    : `<div class="figures">${figureHtml(weightsFigure(weights))}</div>`;
  return `<h2>Auxiliary tasks</h2>${shown}`;
}

function limits({ configuration, report }: PredictorRecord): string {
  const { data, parts } = report;
  const said = [
    "A prediction for a molecule unlike those of training is a guess, whatever its error bar says: look at the similarity to the nearest training molecule.",
    coveragePromise(configuration.split),
    "Epochs were chosen and error bars calibrated on the same validation molecules, so error bars can be a little too narrow.",
    "Intervals of metrics are over test molecules; another training or another split moves the numbers as well.",
    ...(parts.test < 50 ? [`${parts.test} test molecules are few: the numbers above are rough.`] : []),
    ...(data.seenTests > 0
      ? [`${data.seenTests} test molecules are training molecules as well: the numbers are too good.`]
      : []),
    ...report.notes,
  ];
  return `<h2>Limits</h2><ul>${said.map((text) => `<li>${escape(text)}</li>`).join("")}</ul>`;
}

function leftOut({ data }: PredictorRecord["report"]): string {
  if (data.problems.length === 0) return "";
  const rows = data.problems.map(({ row, value, reason }) => [String(row), value, reason]);
  const more = data.invalid - rows.length;
  return `<details><summary>Rows left out (${data.invalid})</summary>${tableHtml("Rows left out", ["row", "value", "reason"], rows)}${more > 0 ? `<p class="soft">… and ${more} more</p>` : ""}</details>`;
}

/**
 * The model card: one HTML page that needs nothing else, with what the model is, how good it is on test molecules, whether its error bars hold, where
 * it should not be trusted, and examples with the atoms that matter.
 */
export async function cardPage(predictor: Predictor): Promise<string> {
  const { record } = predictor;
  const { report, configuration } = record;
  const names = report.targets.map(({ name }) => name);
  const figured = report.targets.filter(({ test }) => test.length > 0).slice(0, MOST_FIGURED);
  return pageHtml({
    title: `Model card: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`,
    lead: [
      `Predicts ${names.length === 1 ? "one property" : `${names.length} properties`} of molecules from their structure. The test molecules were looked at once, after everything was chosen.`,
    ],
    parts: [
      facts(record),
      "<h2>How good it is</h2>",
      metricsTable(report),
      ...figured.map((target) => figures(target, configuration)),
      auxiliaryPart(report.curves.weights),
      ...(figured[0] ? [await examples(predictor, figured[0])] : []),
      limits(record),
      leftOut(report),
    ],
  });
}
