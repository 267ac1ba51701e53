import { OutriggerError } from "@outrigger/core/error";
import { type Context, range, type SparseRule, type Support, stepOf, symbolAt } from "./task.ts";

/** Where an output of sorting by selection stands: place j of step s, of N items. Step s has N + 1 - s symbols: minimum, rest, bar. */
interface Place {
  readonly step: number;
  readonly place: number;
  /** Index of the step's minimum. */
  readonly start: number;
  /** Index of the minimum of the step before. */
  readonly before: number;
}

const startOf = (step: number, items: number): number => step * (items + 1) - (step * (step - 1)) / 2;

function placeOf(t: number, items: number): Place {
  const step = range(1, items).findLast((step) => startOf(step, items) <= t) ?? 0;
  const start = startOf(step, items);
  return { step, place: t - start, start, before: startOf(step - 1, items) };
}

/**
 * Sorting by selection, distinct items. A step's minimum is the smallest input above the minimum of the step before; the rest of a step
 * goes on from the last output's source in the rest of the step before (the input, for the first step), past the step's minimum; bar
 * and end follow from counting. Support: those items.
 */
export const selectionRule = (solve: (input: readonly number[]) => number[], bar: number): SparseRule => ({
  positional: true,
  support(input, t) {
    const output = solve(input);
    const { step, place, start, before } = placeOf(t, input.length);
    if (output[t] === undefined || output[t] === bar) return { inputs: [], outputs: [] };
    if (place === 0) return { inputs: [input.indexOf(output[t])], outputs: step === 0 ? [] : [before] };
    const rest = step === 0 ? input : output.slice(before + 1, start - 1);
    const first = place === 1 ? 0 : rest.indexOf(output[t - 1]!);
    const sources = range(first, rest.indexOf(output[t]) + 1);
    const emitted = [...new Set([start, t - 1])];
    const places: Support = { inputs: sources, outputs: emitted };
    return step === 0 ? places : { inputs: [], outputs: [...sources.map((i) => before + 1 + i), ...emitted] };
  },
  next(context) {
    const t = stepOf(context);
    const { length } = context;
    if (t === startOf(length, length)) return "end";
    const { step, place, start, before } = placeOf(t, length);
    if (place === length - step) return bar;
    if (place === 0) return smallestAbove(context, step === 0 ? -1 : symbolAt(context.outputs, before));
    const rest =
      step === 0
        ? context.inputs
        : context.outputs
            .filter(({ at }) => at > before && at < start - 1)
            .map(({ at, symbol }) => ({ at: at - before - 1, symbol }));
    const last = symbolAt(context.outputs, t - 1);
    const source = place === 1 ? -1 : rest.find(({ symbol }) => symbol === last)?.at;
    if (source === undefined)
      throw new OutriggerError(
        "bad-data",
        "The last output's source is not in the context; keep the support.",
      );
    const next = symbolAt(rest, source + 1);
    return next === symbolAt(context.outputs, start) ? symbolAt(rest, source + 2) : next;
  },
});

function smallestAbove({ inputs }: Context, last: number): number {
  const above = inputs.map(({ symbol }) => symbol).filter((symbol) => symbol > last);
  if (above.length === 0)
    throw new OutriggerError(
      "bad-data",
      "The next minimum is not in the context; keep the rule's whole support.",
    );
  return Math.min(...above);
}
