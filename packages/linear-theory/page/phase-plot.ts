import * as Plot from "@observablehq/plot";
import { type Drawn, frame, powerTick } from "./frame.ts";
import { levels, type PhaseColumn } from "./phase.ts";
import type { State } from "./state.ts";
import { digits } from "./verdict.ts";

const boundary = levels.indexOf(1);

/** The colour of the band below each level and, last, above all: blue helps, orange hurts, the stronger the more. */
const bandColours: readonly string[] = Array.from({ length: levels.length + 1 }, (_, band) => {
  const helps = band <= boundary;
  const strength = helps
    ? (boundary + 1 - band) / (boundary + 1)
    : (band - boundary) / (levels.length - boundary);
  return `color-mix(in oklab, var(--${helps ? "helps" : "hurts"}) ${Math.round(12 + 78 * strength)}%, var(--neutral))`;
});

/** R / R₀ at equal weights over n₁ and Δ in bands between levels, with the boundary Δ* and the present point. */
export function phasePlot(columns: readonly PhaseColumn[], top: number, state: State, width: number): Drawn {
  const drawn = columns.filter(({ distances }) => distances !== undefined);
  const hopeless = columns.filter(({ distances }) => distances === undefined);
  // Cut off by the frame and not here, so that the bands' edges run straight to where they leave it.
  const far = 1e3 * top;
  const edge = (level: number, { distances }: PhaseColumn) =>
    level < 0 ? -far : level >= levels.length ? far : Math.min(far, Math.max(-far, distances![level]!));
  const bands = bandColours.map((fill, band) =>
    Plot.areaY(drawn, {
      x: "rows1",
      y1: (column: PhaseColumn) => edge(band - 1, column),
      y2: (column: PhaseColumn) => edge(band, column),
      fill,
      clip: true,
    }),
  );
  return Plot.plot({
    ...frame(width),
    x: {
      type: "log",
      domain: [columns[0]!.rows1, columns.at(-1)!.rows1],
      label: "rows of the auxiliary, n₁",
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: powerTick,
    },
    y: { domain: [0, top], label: "squared distance, Δ", labelArrow: "none", ticks: 6 },
    marks: [
      ...bands,
      Plot.rect(hopeless.slice(0, 1), {
        x1: hopeless[0]?.rows1,
        x2: Math.max(...hopeless.map(({ rows1 }) => rows1 + 1)),
        y1: 0,
        y2: top,
        fill: "var(--card)",
      }),
      Plot.line(
        drawn.filter(({ distances }) => Number.isFinite(distances![boundary])),
        {
          x: "rows1",
          y: (column: PhaseColumn) => column.distances![boundary]!,
          clip: true,
          stroke: "var(--text)",
          strokeWidth: 2.4,
        },
      ),
      Plot.ruleX([state.rows1], { stroke: "var(--text)", strokeOpacity: 0.35 }),
      Plot.ruleY([state.distance], { stroke: "var(--text)", strokeOpacity: 0.35 }),
      Plot.dot([state], { x: "rows1", y: "distance", r: 22, fill: "transparent", className: "handle" }),
      Plot.dot([state], {
        x: "rows1",
        y: "distance",
        r: 8,
        fill: "var(--chosen)",
        stroke: "var(--page)",
        strokeWidth: 2,
        pointerEvents: "none",
      }),
    ],
  });
}

/** The plot in words, for those who do not see it. */
export function phaseWords(columns: readonly PhaseColumn[], state: State): string {
  const at = columns
    .filter((_, i) => i % Math.ceil(columns.length / 5) === 0)
    .map(({ rows1, distances }) =>
      distances === undefined
        ? `${rows1} rows: infinite risk`
        : `${rows1} rows: ${digits(Math.max(0, distances[boundary]!))}`,
    );
  return `Equal weights help below the boundary Δ*, by the rows of the auxiliary: ${at.join(", ")}. The present point has ${state.rows1} rows and Δ = ${digits(state.distance)}. The table below has more.`;
}

/** The key of the colours: one box a band with the levels between them. */
export function phaseLegend(): string {
  const boxes = bandColours.map((colour, band) => {
    const label = band < levels.length ? `<span>${levels[band]}</span>` : "";
    return `<i style="background:${colour}">${label}</i>`;
  });
  return `<span class="soft">helps</span><span class="bands">${boxes.join("")}</span><span class="soft">hurts</span>`;
}
