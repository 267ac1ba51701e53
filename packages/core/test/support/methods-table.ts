import type { Procedure } from "@outrigger/core/procedure/procedure";
import type { Paper, Weighting } from "@outrigger/core/weighting/weighting";
import { type Documented, documented, type Method, methods, needsOf } from "./methods.ts";

const heading = `# Methods

Every way to combine tasks that lies in the sources: \`npm run docs:methods\` writes this page from their docstrings, and a test fails when
it differs from them. T tasks, P parameters of the trunk.

- *needs*: what a step must compute before the rule can be asked. *nothing*: its weights follow from what it remembers. *losses*: a forward
  pass. *gram*: the inner products of the T task gradients; *gram+dev*: and those with a gradient on held-out data; *gram+other*: and those
  with the gradients of a second training batch. *after*: it also learns from the losses of the same batch after the update.
- *checked against*: what its numbers were compared with. *reference*: values computed independently and checked against the authors' or
  LibMTL's code. *TorchJD*, *LibMTL*: values made with these. *own reading*: nothing but our reading of the paper, for nobody has the rule
  or its numbers. *definition*: there is nothing to get wrong, or the rule is ours.
- *differs*: from the paper or its authors' code.

`;

const cell = (text: string): string => text.replaceAll("|", "\\|");
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(head) + row(head.map(() => "---")) + rows.map(row).join("");

const peers: Record<string, string> = { torchjd: "TorchJD", libmtl: "LibMTL" };
const code = ({ factory, file }: Documented): string => `[\`${factory}\`](../src/${file})`;
const without = (sentence: string): string => sentence.replace(/\.$/, "");

/** Some venues name their year. */
const venueOf = ({ venue, year }: Paper): string => (venue.includes(`${year}`) ? venue : `${venue} ${year}`);

const common = ["method", "what it does", "paper", "cost", "checked against", "differs"];
const cells = (one: Method): string[] => {
  const { paper, verified = "" } = one.rule;
  return [
    code(one),
    one.summary,
    paper === null ? "–" : `[${paper.title}](${paper.url}), ${venueOf(paper)}`,
    without(one.cost ?? ""),
    peers[verified] ?? verified,
    paper === null ? "–" : (one.remarks ?? ""),
  ];
};

function weightings(rules: readonly Method[]): string {
  const head = [...common.slice(0, 4), "needs", ...common.slice(4)];
  return table(
    head,
    rules.map((one) => {
      const rule = one.rule as Weighting;
      const needs = [...needsOf(rule), ...(rule.observes === "after" ? ["after"] : [])];
      const told = cells(one);
      return [...told.slice(0, 4), needs.join(", "), ...told.slice(4)];
    }),
  );
}

const betweenTrunkAndHeads = `
## Between trunk and heads

The T gradients with respect to the shared representation in, what the trunk goes along out, and layers of the method's own before the
heads. The model is one of \`splitModel\`.

`;

const procedureHeading = `
## Procedures

They own the step: they look where other steps would lead, keep several copies of the parameters, or learn networks of their own.

- *steps of uniform*: forward and backward passes of a step, averaged over a round, in units of a step with uniform weights (a forward and a
  backward pass, the latter as much as two of the former), for T = 2, 4 and 8 tasks and one held-out batch as large as the training batch.
  Networks of a procedure's own come on top. A test counts the multiplications of every procedure and finds the passes declared.
- *evidence*: the benchmark that shows what it is worth, also where that is nothing.

`;

/** Steps of uniform weights that one of the procedure's takes, at several numbers of tasks. */
function stepsOf({ passes }: Procedure): string {
  const at = (tasks: number): string => {
    const { forward, backward } = passes({ tasks, heldOut: 1 });
    return ((forward + 2 * backward) / 3).toFixed(1);
  };
  return [...new Set([2, 4, 8].map(at))].join(", ");
}

const evidenceCell = ({ evidence }: Documented): string =>
  evidence === undefined ? "–" : `[${evidence.benchmark}](${evidence.page.replace(/^packages/, "../..")})`;

function proceduresTable(procedures: readonly Method[]): string {
  const rows = procedures.map((one) => {
    const told = cells(one);
    return [
      ...told.slice(0, 4),
      stepsOf(one.rule as Procedure),
      ...told.slice(4, 5),
      evidenceCell(one),
      ...told.slice(5),
    ];
  });
  const head = [
    ...common.slice(0, 4),
    "steps of uniform",
    ...common.slice(4, 5),
    "evidence",
    ...common.slice(5),
  ];
  return table(head, rows);
}

const sharingHeading = `
## Sharing

Policies build the model, and say what the tasks have in common ([how to choose](sharing.md)). The methods above train what they build; those at the
representation, what \`hardSharing\` and \`mmoe\` build. *Evidence* as for procedures.

`;

/** The sharing policies: what `src/sharing` exports and says the cost of. */
export const policies = (): Documented[] => documented("sharing").filter(({ cost }) => cost !== undefined);

const sharingTable = (): string =>
  table(
    ["policy", "what it does", "paper", "cost", "evidence", "differs"],
    policies().map((one) => {
      const { title, venue, url } = one.cited!;
      const paper = `[${title}](${url}), ${venue}`;
      return [code(one), one.summary, paper, without(one.cost!), evidenceCell(one), one.remarks ?? ""];
    }),
  );

/** Whether a weighting ever asks for inner products of gradients. */
export const looksAtGradients = ({ rule }: Method): boolean =>
  needsOf(rule as Weighting).some((need) => need.startsWith("gram"));

/** The page as the sources have it. */
export async function methodsPage(): Promise<string> {
  const rules = await methods("weighting");
  const [aggregators, features] = [await methods("aggregator"), await methods("feature")];
  const anywhere = rules.filter((one) => looksAtGradients(one) && (one.rule as Weighting).atRepresentation);
  const procedures = await methods("procedure");
  const combinators = documented("weighting/combine").filter(({ cost }) => cost !== undefined);
  const parts = [
    "## Loss rules\n\nLosses in, weights out, or nothing but what they remember.\n\n",
    weightings(rules.filter((one) => !looksAtGradients(one))),
    "\n## Gram rules\n\nThe T × T inner products of the task gradients in, weights out.\n\n",
    weightings(rules.filter(looksAtGradients)),
    ...(aggregators.length === 0
      ? []
      : [
          "\n## Aggregators\n\nThe T × P gradients themselves in, a direction out.\n\n",
          table(common, aggregators.map(cells)),
        ]),
    betweenTrunkAndHeads,
    table(common, features.map(cells)),
    procedureHeading,
    proceduresTable(procedures),
    "\n## Combinators\n\nRules made of rules.\n\n",
    table(
      ["combinator", "what it does", "cost"],
      combinators.map((one) => [code(one), one.summary, without(one.cost!)]),
    ),
    `\nOf the Gram rules, \`representation\` takes ${anywhere.map(({ factory }) => `\`${factory}\``).join(", ")},\n`,
    "and combinations of these with loss rules; the others are defined by the gradients of parameters.\n",
    sharingHeading,
    sharingTable(),
  ];
  return heading + parts.join("");
}
