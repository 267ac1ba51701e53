import type { Outlook } from "./model.ts";

/** A risk or a distance, to three digits. */
export function digits(value: number, count = 3): string {
  if (!Number.isFinite(value)) return value === Number.POSITIVE_INFINITY ? "∞" : "–";
  const text = Number(value.toPrecision(count));
  return Math.abs(text) >= 1e-4 && Math.abs(text) < 1e6
    ? String(text)
    : text
        .toExponential()
        .replace(/e\+?(-?)(\d+)/, (_, sign, power) => ` · 10^${sign}${power}`)
        .replace(/^0.*/, "0");
}

type Relation = "help" | "hurt" | "even" | "unknown";

/** Risks this near to each other, relative, count as equal. */
const near = 1e-3;

function relation(risk: number, single: number): Relation {
  if (risk === Number.POSITIVE_INFINITY) return single === risk ? "unknown" : "hurt";
  if (Math.abs(risk - single) <= near * single) return "even";
  return risk < single ? "help" : "hurt";
}

const verbs: Record<Relation, string> = {
  help: "help",
  hurt: "hurt",
  even: "change nothing",
  unknown: "leave the risk infinite",
};

/** What the numbers say, as one or a few sentences. */
export function verdict(found: Outlook): string {
  return [main(found), chosen(found), limit(found)].filter(Boolean).join(" ");
}

function main({ single, equal, best }: Outlook): string {
  const alone = single.risk;
  if (best === undefined || equal.risk === Number.POSITIVE_INFINITY)
    return "Both tasks together have too few rows for least squares: the risk is infinite at every weight.";
  const least = `the best weight, ${digits(best.weight, 2)},`;
  if (alone === Number.POSITIVE_INFINITY)
    return `Alone the primary has too few rows and its risk is infinite. With the auxiliary data it is ${digits(equal.risk)} at equal weights and ${digits(best.risk)} with ${least.slice(0, -1)}.`;
  const now = relation(equal.risk, alone);
  const first = `At equal weights the auxiliary data ${verbs[now]}: ${digits(equal.risk)} against ${digits(alone)} alone`;
  if (now === "help")
    return equal.risk - best.risk <= 0.005 * equal.risk
      ? `${first}; ${least} is hardly better: ${digits(best.risk)}.`
      : `${first}; with ${least} they help more: ${digits(best.risk)}.`;
  if (relation(best.risk, alone) !== "help")
    return `${first}; no weight brings the risk noticeably below that.`;
  const much = alone - best.risk > 0.01 * alone ? "they help" : "they help a little";
  return `${first}; with ${least} ${much}: ${digits(best.risk)}.`;
}

function chosen({ present, single, best }: Outlook): string {
  if (best === undefined || present.risk === Number.POSITIVE_INFINITY) return "";
  const change = present.risk / single.risk - 1;
  const percent = `${digits(Math.abs(100 * change), 2)} % ${change < 0 ? "less" : "more"} than alone`;
  const against = Number.isFinite(single.risk) && Math.abs(change) > near ? `, ${percent}` : "";
  return `At the chosen weight, ${digits(present.weight, 2)}, the risk is ${digits(present.risk)}${against}.`;
}

function limit({ threshold, distance, single }: Outlook): string {
  if (threshold === undefined || single.risk === Number.POSITIVE_INFINITY) return "";
  if (threshold <= 0) return "Equal weights help at no distance: the noise of the auxiliary costs too much.";
  return `Equal weights help up to a distance Δ* = ${digits(threshold)}; here it is ${digits(distance)}.`;
}
