import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import { distinct, strings } from "../draw.ts";
import { type Context, checkCount, checkLength, range, type SparseRule, stepOf, symbolAt } from "./task.ts";

/**
 * How a place in the input is found again: m means that every m consecutive items occur once, so that the last m outputs tell where the
 * output has got to (m = 1: items are distinct); "position" means by counting, with items that are free to repeat.
 */
export type WindowKey = number | "position";

export function checkKey(symbols: number, key: WindowKey): void {
  checkCount("symbols", symbols, 2);
  if (key !== "position") checkCount("key", key, 1);
}

/**
 * `length` items in which every window of `key` items occurs once.
 *
 * With key 1 every arrangement is as likely. With a longer key items are drawn one by one among those that make no window twice, from
 * the start again at a dead end: close to uniform while the length is far below symbols^key.
 *
 * @throws OutriggerError `bad-option` for more than `symbols` distinct items, or for a longer key more than half of all windows.
 */
export function windowUnique(
  random: Random,
  name: string,
  length: number,
  symbols: number,
  key: WindowKey,
): number[] {
  const longest = key === 1 ? symbols : key === "position" ? Infinity : Math.floor(symbols ** key / 2);
  checkLength(name, length, 1, longest);
  if (key === "position") return strings(random, length, symbols);
  if (key === 1) return distinct(random, length, symbols);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const items = attemptUnique(random, length, symbols, key);
    if (items !== undefined) return items;
  }
  throw new OutriggerError(
    "bad-option",
    `No sequence of ${length} items with windows of ${key} that occur once was found; give more symbols or a longer key.`,
    { length, symbols, key },
  );
}

function attemptUnique(random: Random, length: number, symbols: number, key: number): number[] | undefined {
  const seen = new Set<string>();
  const items = strings(random, Math.min(key - 1, length), symbols);
  while (items.length < length) {
    const start = items.slice(items.length - key + 1).join(" ");
    const free = range(0, symbols).filter((symbol) => !seen.has(`${start} ${symbol}`));
    if (free.length === 0) return undefined;
    const symbol = free[random.integer(free.length)]!;
    seen.add(`${start} ${symbol}`);
    items.push(symbol);
  }
  return items;
}

/**
 * The rule of copy (direction 1: from the first item on) and reversal (direction -1: from the last item back). Output t is the item one
 * step after the source of output t - 1, and the end where there is none. Support: the last m outputs, their sources, the source of
 * output t; for "position", and for the first m outputs, which are counted from the input's end, the source of output t alone.
 */
export const walkRule = (direction: 1 | -1, key: WindowKey): SparseRule => {
  const source = (length: number, t: number) => (direction === 1 ? t : length - 1 - t);
  const counted = (t: number) => key === "position" || t < key;
  return {
    positional: key !== 1,
    support(input, t) {
      const back = counted(t) ? 0 : Number(key);
      const steps = range(t - back, Math.min(t + 1, input.length));
      return {
        inputs: steps.map((step) => source(input.length, step)).sort((a, b) => a - b),
        outputs: range(t - back, t),
      };
    },
    next(context) {
      const t = stepOf(context);
      const at = counted(t) ? source(context.length, t) : found(context, direction, Number(key));
      return at < 0 || at >= context.length ? "end" : symbolAt(context.inputs, at);
    },
  };
};

/** Where the item after the last `key` outputs stands. */
function found(context: Context, direction: 1 | -1, key: number): number {
  const t = stepOf(context);
  const recent = range(t - key, t).map((at) => symbolAt(context.outputs, at));
  const symbols = new Map(context.inputs.map(({ at, symbol }) => [at, symbol]));
  const start = context.inputs.find(({ at }) =>
    recent.every((symbol, j) => symbols.get(at + direction * j) === symbol),
  );
  if (start === undefined)
    throw new OutriggerError(
      "bad-data",
      "The last outputs are not in the context; keep the rule's whole support.",
    );
  return start.at + direction * key;
}
