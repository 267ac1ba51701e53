import { allowed, type Parameter, type ParameterName, parameters, stopOf } from "./parameters.ts";
import type { State } from "./state.ts";

/** A slider and a field for every parameter. Returns what shows a state in them. */
export function controls(
  place: HTMLElement,
  change: (name: ParameterName, value: number) => void,
): (state: State) => void {
  const shown = parameters.map((parameter) =>
    control(place, parameter, (value) => change(parameter.name, value)),
  );
  return (state) => {
    for (const [i, { name }] of parameters.entries()) shown[i]!(state[name]);
  };
}

function control(place: HTMLElement, parameter: Parameter, change: (value: number) => void) {
  const { name, label, symbol, values, min, max, whole } = parameter;
  const row = document.createElement("div");
  row.className = "control";
  row.innerHTML = `<label for="${name}">${label}&nbsp;<i>${symbol}</i></label>
    <input id="${name}-number" type="number" inputmode="decimal" min="${min}" max="${max}" step="${whole ? 1 : "any"}" aria-label="${label}, number">
    <input id="${name}" type="range" min="0" max="${values.length - 1}" step="1">`;
  place.append(row);
  const field = row.querySelector<HTMLInputElement>("[type=number]")!;
  const slider = row.querySelector<HTMLInputElement>("[type=range]")!;
  slider.addEventListener("input", () => change(values[Number(slider.value)]!));
  field.addEventListener("change", () => {
    const value = allowed(parameter, field.valueAsNumber);
    if (value === undefined) show();
    else change(value);
  });
  let now = parameter.initial;
  const show = (): void => {
    const text = String(Number(now.toPrecision(6)));
    slider.value = String(stopOf(parameter, now));
    slider.setAttribute("aria-valuetext", text);
    field.value = text;
  };
  return (value: number) => {
    now = value;
    show();
  };
}
