import type { Dot } from "./jobs.ts";
import type { CurvePoint, Outlook } from "./model.ts";
import { levels, type PhaseColumn } from "./phase.ts";
import { digits } from "./verdict.ts";

/** The numbers of the risk curve: the marked weights, then those that are simulated. */
export function curveRows(found: Outlook, dots: readonly Dot[]): string[][] {
  const simulated = (dot: Dot | undefined) =>
    dot === undefined ? ["", ""] : [digits(dot.risk.mean, 5), digits(dot.risk.se, 2)];
  const row = (name: string, point: CurvePoint | undefined, dot?: Dot) =>
    point === undefined
      ? []
      : [[name, digits(point.bias2, 5), digits(point.variance, 5), digits(point.risk, 5), ...simulated(dot)]];
  const { single, best, equal, present, grid } = found;
  return [
    ["alone", digits(single.bias2), digits(single.variance, 5), digits(single.risk, 5), "", ""],
    ...row(`best, ${digits(best?.weight ?? 0, 3)}`, best),
    ...row("equal, 1", equal),
    ...row(`chosen, ${digits(present.weight, 3)}`, present),
    ...dots.flatMap((dot) =>
      row(
        digits(dot.weight, 3),
        grid.find(({ weight }) => weight === dot.weight),
        dot,
      ),
    ),
  ];
}

/** The boundary of the phase diagram, and the ratio at the present distance. */
export function phaseRows(columns: readonly PhaseColumn[], distance: number): string[][] {
  const [one, other] = [levels.indexOf(1), levels.length - 1];
  return columns
    .filter((_, i) => i % Math.ceil(columns.length / 16) === 0)
    .map(({ rows1, distances }) => {
      if (distances === undefined) return [String(rows1), "–", "infinite risk"];
      // The ratio is a line in Δ through two of the levels.
      const slope = (levels[other]! - 1) / (distances[other]! - distances[one]!);
      const ratio = Number.isFinite(slope) ? 1 + slope * (distance - distances[one]!) : 0;
      return [String(rows1), digits(Math.max(0, distances[one]!)), digits(ratio)];
    });
}

export function fillTable(body: HTMLTableSectionElement, rows: readonly (readonly string[])[]): void {
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      for (const [i, text] of cells.entries()) {
        const cell = document.createElement(i === 0 ? "th" : "td");
        if (i === 0) cell.setAttribute("scope", "row");
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    }),
  );
}
