import { cpus } from "node:os";
import type { Needs } from "../../src/weighting/weighting.ts";
import { median } from "../report.ts";
import type { Costs, StepCost } from "./step-cost.ts";

export interface Report {
  readonly costs: readonly Costs[];
  /** Milliseconds on the host by name, at T = `hostTasks`. */
  readonly host: ReadonlyMap<string, number>;
  readonly hostTasks: number;
  readonly network: string;
  readonly command: string;
  readonly threads: number;
  readonly rounds: number;
  readonly version: string;
}

const order: readonly Needs[] = ["nothing", "losses", "gram", "gram+dev", "gram+other"];

/** The dearest thing that the rule needed in the steps that were measured. */
const needsOf = ({ steps }: StepCost): Needs =>
  order.findLast((needs) => steps.some((s) => s.needs === needs))!;

/** Median over the rounds in which the rule needed its dearest, of its time over that of the same round. */
function ratio(cost: StepCost, reference: readonly number[]): number {
  const needs = needsOf(cost);
  return median(cost.steps.flatMap((s, i) => (s.needs === needs ? [s.ms / reference[i]!] : [])));
}

const uniformOf = ({ rules }: Costs): number[] =>
  rules.find(({ name }) => name === "uniform")!.steps.map(({ ms }) => ms);

function table({ costs, host, hostTasks }: Report): string[] {
  const rows = costs[0]!.rules.map((rule) => {
    const cells = costs.flatMap((each) => {
      const cost = each.rules.find(({ name }) => name === rule.name)!;
      return [ratio(cost, uniformOf(each)), ratio(cost, each.pass)].map((value) => value.toFixed(2));
    });
    return {
      needs: needsOf(rule),
      text: [rule.name, needsOf(rule), ...cells, host.get(rule.name)!.toFixed(3)],
    };
  });
  const sorted = rows.toSorted((a, b) => order.indexOf(a.needs) - order.indexOf(b.needs));
  const heads = costs.flatMap(({ tasks }) => [`T = ${tasks}: × uniform`, "× T gradients"]);
  const head = ["rule", "needs", ...heads, `host at T = ${hostTasks}, ms`];
  return [head, head.map(() => "---"), ...sorted.map(({ text }) => text)].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
}

function references(costs: readonly Costs[]): string[] {
  const rows = costs.map((each) => {
    const values = [uniformOf(each), each.look, each.pass].map((ms) => median(ms).toFixed(1));
    return [`${each.tasks}`, ...values];
  });
  const head = ["T", "uniform's step", "losses and Gram matrix", "T gradients"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

function goals({ costs, host, hostTasks }: Report): string[] {
  const verdict = (found: number, goal: number): string => (found <= goal ? "met" : "missed");
  const steps = costs.map((each) => {
    const grams = each.rules.filter((rule) => needsOf(rule) === "gram");
    const worst = grams
      .map((rule) => ({ name: rule.name, value: ratio(rule, each.pass) }))
      .reduce((a, b) => (b.value > a.value ? b : a));
    return `- A step with a Gram rule takes at most 1.3 × the T gradients alone, T = ${each.tasks}: ${worst.value.toFixed(2)} (${worst.name}), ${verdict(worst.value, 1.3)}.`;
  });
  const [name, ms] = [...host].reduce((a, b) => (b[1] > a[1] ? b : a));
  return [
    ...steps,
    `- A rule takes at most 1 ms on the host, T = ${hostTasks}: ${ms.toFixed(2)} (${name}), ${verdict(ms, 1)}.`,
  ];
}

/** The report as markdown. */
export function markdown(report: Report): string {
  const { network, command, threads, rounds, version, costs } = report;
  const processor = cpus();
  return [
    "# What a rule costs",
    "",
    `One step under every rule in [\`src/weighting\`](../src/weighting), with its default options, on a ${network}: the look that the rule`,
    "needs, the rule, the weighted gradient, Adam. All rules take turns on the same compiled steps; ratios are medians over the rounds, each to",
    "the same round's. A rule that needs different things at different steps is counted at its dearest. *T gradients* is one forward pass and T",
    "backward passes that write the T gradients of the trunk to memory, without any rule or update. *Host* is the time of the rule's own",
    "arithmetic, `weigh` and `observe`, the median over 200 random Gram matrices.",
    "",
    `    ${command}`,
    "",
    `${new Date().toISOString().slice(0, 10)}; ${processor[0]?.model.trim() ?? "unknown processor"}, ${processor.length} cores; ${threads} threads, ${rounds} rounds; ${version}.`,
    "",
    "## Goals",
    "",
    ...goals(report),
    "",
    "## Milliseconds, median",
    "",
    ...references(costs),
    "",
    "## Rules",
    "",
    ...table(report),
    "",
  ].join("\n");
}
