import { short, textTable } from "@outrigger/core/command/text-table";
import { ARMS, type ArmName, type Comparison, type Difference } from "./compare.ts";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const chosenWords = ({ scale, weightDecay }: Comparison["arms"][number]["chosen"]): string =>
  scale === undefined ? `weight decay ${weightDecay ?? 0}` : `scale ${scale}`;

const signed = (value: number): string => `${value > 0 ? "+" : ""}${short(value)}`;

const describe = (name: ArmName): string => ARMS.find((arm) => arm.name === name)!.describe;

/** What was asked by a pair of arms. */
const subjects: Readonly<Record<string, string>> = {
  "auxiliary/single": "Auxiliary tasks",
  "inputs/single": "Descriptors as inputs",
  "both/single": "Both together",
  "both/inputs": "Auxiliary tasks where descriptors are inputs already",
};

/** A difference as a sentence. */
export function differenceWords(difference: Difference, { metric, better }: Comparison): string {
  const { arm, against, verdict, low, high, pairs } = difference;
  const subject = `${subjects[`${arm}/${against}`] ?? describe(arm)}:`;
  if (verdict === "too few to tell")
    return `${subject} too few to tell (${metric} ${signed(difference.mean)} on average of ${pairs}).`;
  const range = `${metric} changes by ${signed(difference.mean)}, 95 % interval ${signed(low)} to ${signed(high)}, ${better} is better`;
  return `${subject} ${verdict} (${range}).`;
}

/** What the comparison covers and what it does not. */
export function comparisonNotes({
  resplit,
  seeds,
  tries,
  split,
  testLabels,
  auxiliaries,
  chosen,
  notes,
}: Comparison): string[] {
  return [
    `${seeds.length} paired seeds${resplit ? ", each with a split of its own" : ""} (split ${split}); every arm tried ${tries} ${tries === 1 ? "candidate" : "candidates"} on validation with the first seed; at least ${testLabels} test labels.`,
    ...(auxiliaries.length > 0 ? [`Auxiliary tasks, ${chosen}: ${auxiliaries.join(", ")}.`] : []),
    `Intervals are over ${resplit ? "seeds and splits" : "seeds"} of these molecules; other molecules may behave otherwise. Where nothing differs, one of four intervals at 95 % leaves zero out in up to one comparison of five.`,
    ...notes,
    "With both, the auxiliary heads can read most of their answers from the inputs.",
  ];
}

export const armHeadings = ({ metric }: Comparison): string[] => [
  "arm",
  `test ${metric}`,
  "lowest",
  "highest",
  "chosen",
  "",
];

/** A row an arm: mean, lowest and highest of the test metric, and what was chosen. */
export const armRows = ({ arms }: Comparison): string[][] =>
  arms.map(({ name, describe: what, chosen, test }) => [
    name,
    short(mean(test)),
    short(Math.min(...test)),
    short(Math.max(...test)),
    chosenWords(chosen),
    what,
  ]);

/** The comparison as text. */
export function comparisonText(comparison: Comparison): string {
  return [
    textTable(armHeadings(comparison), armRows(comparison)),
    "",
    ...comparison.differences.map((difference) => differenceWords(difference, comparison)),
    "",
    ...comparisonNotes(comparison),
  ].join("\n");
}
