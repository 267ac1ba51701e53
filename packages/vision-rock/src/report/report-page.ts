import type { CompactSample } from "../batch/compact-sample.ts";
import { auxiliaryTexts, classRows, setText } from "../command/train-text.ts";
import { escape } from "../draw/escape.ts";
import { drawSheet } from "../draw/sheet.ts";
import type { Detector } from "../predictor/detector.ts";
import type { DetectorRecord } from "../predictor/record.ts";
import type { SetScores } from "../predictor/training-report.ts";
import { curveHtml } from "./curve-html.ts";
import { factsHtml, pageHtml, tableHtml } from "./html.ts";

/** Boxes of less are not drawn, unless a picture would have none. */
const SCORE = 0.3;
const EXAMPLES = 4;

/**
 * A page that says how good a detector is: average precision by class, how it grew, the auxiliaries, and what was found in some pictures beside what is
 * there. It needs nothing else and runs no script.
 *
 * @param samples the pictures to show some of: those of the test set, or of the validation set where there is none
 */
export async function reportPage(detector: Detector, samples: readonly CompactSample[]): Promise<string> {
  const { record } = detector;
  const { scores, sets } = record.report;
  const [name, shown] = scores.test
    ? (["test", scores.test] as const)
    : (["validation", scores.validation] as const);
  const ap = shown.metrics["detection"]?.["AP"];
  return pageHtml(
    `Average precision ${ap == null ? "–" : ap.toFixed(1)} %`,
    [
      `Mean over classes and over overlaps from 0.5 to 0.95, on ${sets[name]!.annotated.detection} ${name} pictures.`,
      name === "validation"
        ? "The look at training that is kept was chosen by these pictures, so the number is a little too good; --test has others."
        : "These pictures were looked at once, after training.",
    ],
    [
      classesHtml(shown),
      `<h2>How it grew</h2><div class="figures">${curves(record).join("")}</div>`,
      ...auxiliaryHtml(shown),
      `<h2>Some pictures</h2><p class="soft">First what is there, then what was found.</p><div class="figures">${(await examples(detector, samples)).join("")}</div>`,
      `<h2>What was trained</h2>${factsHtml(facts(record))}`,
    ],
  );
}

const classesHtml = (scores: SetScores): string => {
  const rows = [...classRows(scores)].sort((a, b) => (Number(b[2]) || 0) - (Number(a[2]) || 0));
  return `<h2>Classes</h2>${tableHtml("Average precision by class", ["class", "objects", "AP", "AP50", "AR"], rows, 2)}`;
};

function auxiliaryHtml(scores: SetScores): string[] {
  const texts = auxiliaryTexts(scores);
  if (texts.length === 0) return [];
  return [`<h2>Auxiliaries</h2>${texts.map((text) => `<p>${escape(text)}</p>`).join("")}`];
}

function curves({ report }: DetectorRecord): string[] {
  const { looks, best } = report;
  const read = (label: string, name: string) => ({
    label,
    points: looks.map(({ iteration, metrics }) => [iteration, metrics["detection"]?.[name] ?? null] as const),
  });
  const tasks = Object.keys(looks[0]?.losses ?? {});
  return [
    curveHtml({
      title: "Average precision",
      caption: `On validation. The look at iteration ${looks[best.look]!.iteration} is kept.`,
      x: "iterations",
      y: "per cent",
      series: [read("AP", "AP"), read("AP50", "AP50")],
    }),
    curveHtml({
      title: "Losses",
      caption: "In training, each as a part of what it was up to the first look: all begin at 1.",
      x: "iterations",
      y: "part of the first",
      series: tasks.map((task) => ({
        label: task,
        points: looks.map(({ iteration, losses }) => {
          const [first, now] = [looks[0]!.losses[task], losses[task]];
          return [iteration, first == null || now == null || first === 0 ? null : now / first] as const;
        }),
      })),
    }),
  ];
}

async function examples(detector: Detector, samples: readonly CompactSample[]): Promise<string[]> {
  const boxed = samples.filter(({ has, objects }) => has.detection && objects.length > 1);
  const figures: string[] = [];
  for (const sample of boxed.slice(0, EXAMPLES)) {
    const { objects } = await detector.detect(sample);
    const sure = objects.filter(({ score }) => score >= SCORE);
    const boxes = sure.length > 0 ? sure : objects.slice(0, 1);
    const draw = async (drawn: typeof boxes | typeof sample.objects): Promise<string> => {
      const { width, height, rgb } = sample;
      const png = await drawSheet({ width, height, rgb, classes: detector.record.classes, boxes: drawn });
      return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
    };
    figures.push(
      `<figure><img alt="true boxes" src="${await draw(sample.objects)}"></figure><figure><img alt="found boxes" src="${await draw(boxes)}"></figure>`,
    );
  }
  return figures;
}

function facts({ configuration, report }: DetectorRecord): [string, string][] {
  const { run, sets } = report;
  const { width, height, iterations, batchSize, block, auxiliaries } = configuration;
  return [
    ["data", run.data.join(", ")],
    ["training set", setText("", sets.train).slice(2)],
    ["validation set", setText("", sets.validation).slice(2)],
    ...(sets.test ? [["test set", setText("", sets.test).slice(2)] as [string, string]] : []),
    ["auxiliaries", auxiliaries.length === 0 ? "none" : auxiliaries.join(", ")],
    ["fusion", block === null ? "no block" : (block.fusion ?? "sum")],
    ["method", run.method],
    ["pictures", `${width} × ${height}`],
    ["steps", `${iterations} of ${batchSize} pictures`],
    ["seed", String(run.seed)],
  ];
}
