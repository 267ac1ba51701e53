import { textTable } from "@outrigger/core/command/text-table";
import type { HeadPrediction } from "../bound/predict-safe-length.ts";
import { percent } from "./percent.ts";
import { modelWords, type Traced, type TracedSequence } from "./trace.ts";

/** A ratio of wrong to right attention in few digits. */
export const ratioText = (ratio: number): string =>
  !Number.isFinite(ratio) ? "∞" : ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(2);

/** What the bound says of a head, as a length of the task. */
export function safeText({ safe }: HeadPrediction, { lengthWithin }: Traced): string {
  if (safe === undefined) return "–";
  if (safe === Infinity) return "any";
  const length = lengthWithin(safe);
  return length >= 10_000 ? "> 10000" : String(length);
}

export const boundHeadings = [
  "layer",
  "head",
  "restricted",
  "predicted",
  "measured",
  "γ",
  "B",
  "safe to",
] as const;

/** Rows of the bound's table. */
export const boundRows = (traced: Traced): string[][] =>
  (traced.bound?.heads ?? []).map((each) => [
    String(each.pass + 1),
    String(each.head + 1),
    ratioText(each.restricted),
    ratioText(each.predicted),
    ratioText(each.measured),
    each.margin.toPrecision(2),
    each.valueBound.toPrecision(2),
    safeText(each, traced),
  ]);

export const boundNote =
  "The lengths are our reconstruction, a motivation and not a proof: for one head alone, to first order, and as if hidden states did not change when tokens are left out. They say when a head is safe, not when it fails. A head that does other work than looking up the support has a large ratio, and its length says little.";

/** What the numbers of the bound are made of. */
export const boundWords = ({ bound, length }: Traced): string =>
  bound === undefined
    ? ""
    : `${bound.restrictions} contexts of length ${length} (${Math.round(bound.context)} tokens on average), restricted to the ${bound.kept} tokens of a training sequence with a support of ${bound.support}; ${percent(bound.right)} of the restrictions are predicted right. Wrong over right attention: on restrictions, predicted from them for the whole contexts, and measured there. γ: how far the head's output may move on all but 5 % of the restrictions; B: its longest value vector; safe to: the length up to which the bound holds.`;

/** Share of attention on the support, and the keys with the most attention. */
export interface Look {
  readonly pass: number;
  readonly head: number;
  /** Undefined for a task without a sparse rule. */
  readonly onSupport?: number;
  readonly most: readonly { readonly key: number; readonly weight: number; readonly supported: boolean }[];
}

/** Where every head looks from the query that is followed. */
function looks({ weights, query, supports, separator }: TracedSequence): Look[] {
  const keys = supports[query - separator]?.keys;
  return weights.flatMap((heads, pass) =>
    heads.map((map, head): Look => {
      const row = map[query]!.slice(0, query + 1);
      const most = row
        .map((weight, key) => ({ key, weight, supported: keys?.includes(key) ?? false }))
        .sort((a, b) => b.weight - a.weight)
        .slice(0, 3);
      return {
        pass,
        head,
        ...(keys && { onSupport: keys.reduce((sum, key) => sum + row[key]!, 0) }),
        most,
      };
    }),
  );
}

/** `looks` as rows of a table; `mark` tells a token of the support from others. */
export const lookRows = (sequence: TracedSequence, mark: (token: string) => string): string[][] =>
  looks(sequence).map(({ pass, head, onSupport, most }) => [
    String(pass + 1),
    String(head + 1),
    onSupport === undefined ? "–" : percent(onSupport),
    most
      .map(({ key, weight, supported }) => {
        const token = sequence.tokens[key]!;
        return `${supported ? mark(token) : token} ${percent(weight)}`;
      })
      .join(", "),
  ]);

/** What happens at the output that is followed. */
export function outcomeText({ sequence, length, right, samples }: Traced): string {
  const { query, separator, wrong, said, expected, index } = sequence;
  const output = query - separator + 1;
  const what = wrong
    ? `Sequence ${index + 1} goes wrong first at output ${output}: it says ${said}, and ${expected} is right.`
    : `All are right; sequence ${index + 1} is followed at output ${output}, ${expected}.`;
  return `Length ${length}: ${right} of ${samples} sequences right. ${what}`;
}

/** Tokens of a sequence up to the query, those of the support in brackets. */
function tokenText({ tokens, query, supports, separator }: TracedSequence): string {
  const keys = supports[query - separator]?.keys ?? [];
  return tokens
    .slice(0, query + 1)
    .map((token, i) => (keys.includes(i) ? `[${token}]` : token))
    .join(" ");
}

/** The whole trace as plain text. */
export function tracedText(traced: Traced): string {
  const { sequence, scores, task, folder, configuration, noBound } = traced;
  const heads = lookRows(sequence, (token) => `[${token}]`);
  const curve = scores.map(({ length, exactMatch, interval, tokenAccuracy }) => [
    String(length),
    percent(exactMatch),
    `${percent(interval.low)} to ${percent(interval.high)}`,
    percent(tokenAccuracy),
  ]);
  return [
    `${folder}: ${task.name}, ${modelWords(configuration)}`,
    textTable(["length", "exact match", "95 % interval", "per token"], curve),
    outcomeText(traced),
    `${tokenText(sequence)} → ${sequence.expected}${sequence.supports.length > 0 ? "   (brackets: the tokens that decide it, and task, separator and query)" : ""}`,
    textTable(["layer", "head", "on support", "looks most at"], heads),
    ...(noBound === undefined
      ? [boundWords(traced), textTable(boundHeadings, boundRows(traced)), boundNote]
      : [`No lengths are predicted. ${noBound}`]),
  ].join("\n\n");
}
