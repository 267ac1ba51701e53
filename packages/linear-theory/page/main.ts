import { Computation } from "./computation.ts";
import { controls } from "./controls.ts";
import { curvePlot, curveWords } from "./curve-plot.ts";
import { draggable } from "./drag.ts";
import type { Drawn } from "./frame.ts";
import { ladder } from "./ladder.ts";
import { curveWeights, type Outlook, outlook } from "./model.ts";
import { atMostEvery, byId, oncePerFrame, settled, write } from "./page.ts";
import { allowed, type ParameterName, parameters, stopOf } from "./parameters.ts";
import { phaseColumns, phaseTop } from "./phase.ts";
import { phaseLegend, phasePlot, phaseWords } from "./phase-plot.ts";
import { hashOf, problemOf, replicateChoices, type State, stateOf } from "./state.ts";
import { curveRows, fillTable, phaseRows } from "./tables.ts";
import { digits, verdict } from "./verdict.ts";

const curve = byId("curve", HTMLElement);
const phase = byId("phase", HTMLElement);
const seed = byId("seed", HTMLInputElement);
const replicates = byId("replicates", HTMLSelectElement);
const columnRows = ladder(1, 1000, true);

let state = stateOf(location.hash);
let curveDrawn: Drawn | undefined;
let phaseDrawn: Drawn | undefined;
/** The height of the phase diagram while its point is dragged, so that the point stays under the pointer. */
let heldTop: number | undefined;
let top = 1;

const render = oncePerFrame(draw);
const computation = new Computation(atMostEvery(100, render));
const settle = settled(200, () => {
  computation.start(state, curveWeights(problemOf(state), state.weight));
  history.replaceState(null, "", `#${hashOf(state)}`);
  render();
});

const showControls = controls(byId("controls", HTMLElement), (name, value) => change({ [name]: value }));

function change(values: Partial<State>): void {
  state = { ...state, ...values };
  showControls(state);
  seed.value = String(state.seed);
  replicates.value = String(state.replicates);
  render();
  settle();
}

function draw(): void {
  const problem = problemOf(state);
  const weights = curveWeights(problem, state.weight);
  computation.forget(state, weights);
  const { exact, dots } = computation;
  const found = outlook(problem, weights, exact);
  const words = verdict(found);
  write("verdict", words);
  // Read out once it rests on exact numbers, which are computed when the state has settled, and not at every step of a slider.
  if (weights.best === undefined || (exact.has(weights.best) && exact.has(weights.present)))
    write("spoken", words);
  byId("use-best", HTMLButtonElement).disabled = found.best === undefined;

  curveDrawn = curvePlot(found, dots, curve.clientWidth);
  replace(
    curve,
    curveDrawn,
    state.weight,
    `weight ${digits(state.weight)}, risk ${digits(found.present.risk)}`,
  );
  write("curve-words", curveWords(found));
  write("curve-note", curveNote(found));
  fillTable(byId("curve-table", HTMLTableSectionElement), curveRows(found, dots));
  simulationState();

  const columns = phaseColumns(problem, columnRows);
  top = heldTop ?? phaseTop(columns, found.single.risk, state.distance);
  phaseDrawn = phasePlot(columns, top, state, phase.clientWidth);
  replace(phase, phaseDrawn, state.rows1, `${state.rows1} rows, Δ ${digits(state.distance)}`);
  write("phase-note", phaseNote(found.single.risk));
  write("phase-words", phaseWords(columns, state));
  fillTable(byId("phase-table", HTMLTableSectionElement), phaseRows(columns, state.distance));
}

/** Draws anew inside an element that keeps the focus, and tells its value to those who listen. */
function replace(element: HTMLElement, drawn: Drawn, now: number, words: string): void {
  drawn.setAttribute("aria-hidden", "true");
  element.replaceChildren(drawn);
  element.setAttribute("aria-valuenow", String(now));
  element.setAttribute("aria-valuetext", words);
}

function curveNote({ grid, best }: Outlook): string {
  if (best === undefined) return grid[0]!.caution ?? "";
  const cautious = grid.find(({ caution }) => caution !== undefined);
  if (cautious !== undefined) return `${cautious.caution} The dots show how near it is.`;
  if (grid.every(({ exact }) => exact)) return "The curve is exact.";
  const failed = computation.failures.curve;
  if (failed !== undefined)
    return `A deterministic equivalent is shown, for the exact curve could not be computed: ${failed}`;
  return "The exact curve is being computed; meanwhile a deterministic equivalent is shown.";
}

function phaseNote(single: number): string {
  return Number.isFinite(single)
    ? ""
    : `Alone the risk is infinite, so every pool of at least ${state.features + 2} rows helps; fewer leave it infinite.`;
}

function simulationState(): void {
  const { dots, wanted, running, failures } = computation;
  const progress = byId("progress", HTMLProgressElement);
  progress.max = wanted ?? 1;
  progress.value = dots.length;
  byId("stop", HTMLButtonElement).disabled = !running;
  const count =
    wanted === undefined
      ? ""
      : `${dots.length} of ${wanted} weights${running || dots.length === wanted ? "" : ", stopped"}`;
  write("simulated", failures.dots === undefined ? count : `The simulation failed: ${failures.dots}`);
}

/** The parameter's stop so many steps away. */
function stepped(name: ParameterName, steps: number): Partial<State> {
  const parameter = parameters.find((one) => one.name === name)!;
  const stop = stopOf(parameter, state[name]) + steps;
  return { [name]: parameter.values[Math.min(parameter.values.length - 1, Math.max(0, stop))]! };
}

/** A value under the pointer, rounded as people would write it. */
function pointed(name: ParameterName, value: number): Partial<State> {
  const parameter = parameters.find((one) => one.name === name)!;
  return { [name]: allowed(parameter, Number(value.toPrecision(name === "rows1" ? 3 : 2)))! };
}

draggable({
  element: curve,
  drawn: () => curveDrawn,
  move: ({ x }) => change(pointed("weight", x)),
  step: (right, up) => change(stepped("weight", right + up)),
});

draggable({
  element: phase,
  drawn: () => phaseDrawn,
  move({ x, y }) {
    heldTop = top;
    change({ ...pointed("rows1", x), ...pointed("distance", y) });
  },
  step: (right, up) => change(right === 0 ? stepped("distance", up) : stepped("rows1", right)),
  end() {
    heldTop = undefined;
    render();
  },
});

for (const choice of replicateChoices)
  replicates.add(new Option(choice.toLocaleString("en"), String(choice)));
replicates.addEventListener("change", () => change({ replicates: Number(replicates.value) }));
seed.addEventListener("change", () => change({ seed: stateOf(`seed=${seed.value}`).seed }));
byId("again", HTMLElement).addEventListener("click", () => change({ seed: (state.seed + 1) % 2 ** 31 }));
byId("stop", HTMLElement).addEventListener("click", () => {
  computation.stop();
  render();
});
byId("use-equal", HTMLElement).addEventListener("click", () => change({ weight: 1 }));
byId("use-best", HTMLElement).addEventListener("click", () => {
  const { best } = curveWeights(problemOf(state), state.weight);
  if (best !== undefined) change({ weight: Number(best.toPrecision(4)) });
});
byId("phase-legend", HTMLElement).innerHTML = phaseLegend();
for (const [element, parameter] of [
  [curve, "weight"],
  [phase, "rows1"],
] as const) {
  const { values } = parameters.find(({ name }) => name === parameter)!;
  element.setAttribute("aria-valuemin", String(values[0]));
  element.setAttribute("aria-valuemax", String(values.at(-1)));
}
addEventListener("hashchange", () => change(stateOf(location.hash)));
new ResizeObserver(render).observe(curve);
change({});
