import { OutriggerError } from "@outrigger/core/error";

/** Letters that have to be added, left out or changed to make one word of another. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/**
 * An entry of a catalogue by name.
 *
 * @param kind what the entries are, for the message: "task".
 * @throws OutriggerError `bad-option` for a name that is not there, with the nearest one and all there are.
 */
export function named<T>(kind: string, catalogue: ReadonlyMap<string, T>, name: string): T {
  const found = catalogue.get(name);
  if (found !== undefined) return found;
  const names = [...catalogue.keys()];
  const near = names
    .map((each) => ({ each, far: distance(name, each) }))
    .sort((a, b) => a.far - b.far)
    .find(({ each, far }) => far <= Math.min(2, name.length / 3) || each.startsWith(name));
  const guess = near ? ` Did you mean "${near.each}"?` : "";
  throw new OutriggerError(
    "bad-option",
    `There is no ${kind} "${name}".${guess} There are: ${names.join(", ")}.`,
    {
      name,
      names,
    },
  );
}

/** Entries under the names that they have themselves. */
export const byName = <T extends { readonly name: string }>(entries: readonly T[]): ReadonlyMap<string, T> =>
  new Map(entries.map((entry) => [entry.name, entry]));
