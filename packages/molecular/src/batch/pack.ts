import type { Random } from "@outrigger/core/random";

/** What one molecule takes up in a batch. */
export interface Size {
  readonly atoms: number;
  /** Directed: twice the bonds. */
  readonly edges: number;
}

/** What one batch has room for. */
export interface Budget extends Size {
  readonly molecules: number;
}

interface Bin {
  readonly rows: number[];
  atoms: number;
  edges: number;
}

const bins = (count: number): Bin[] =>
  Array.from({ length: count }, () => ({ rows: [], atoms: 0, edges: 0 }));

function put(bin: Bin, row: number, size: Size): void {
  bin.rows.push(row);
  bin.atoms += size.atoms;
  bin.edges += size.edges;
}

const fits = (bin: Bin, size: Size, budget: Budget): boolean =>
  bin.rows.length < budget.molecules &&
  bin.atoms + size.atoms <= budget.atoms &&
  bin.edges + size.edges <= budget.edges;

/**
 * Largest molecules first, each into the batch with the fewest atoms that has a place left. Every batch but the last gets exactly
 * `molecules` of them.
 */
function even(sizes: readonly Size[], molecules: number): Bin[] {
  const found = bins(Math.ceil(sizes.length / molecules));
  const places = found.map((_, b) => Math.min(molecules, sizes.length - b * molecules));
  const order = Array.from(sizes.keys()).sort((a, b) => sizes[b]!.atoms - sizes[a]!.atoms || a - b);
  for (const row of order) {
    let best: Bin | null = null;
    for (const [b, bin] of found.entries()) {
      if (bin.rows.length < places[b]! && (best === null || bin.atoms < best.atoms)) best = bin;
    }
    put(best!, row, sizes[row]!);
  }
  return found;
}

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/** B·mean + slack·√B·sd: the sum of B draws stays below it but for a tail that the slack sets. */
function expected(values: readonly number[], molecules: number, slack: number): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return molecules * mean + slack * Math.sqrt(molecules * variance);
}

const roundUp = (value: number): number => 16 * Math.ceil(value / 16);

/**
 * Room that batches of at most `molecules` molecules need, the same for all batches of a dataset:
 * B·mean + slack·√B·sd of atoms and of edges, at least what the evenest batches need, rounded up to a multiple of 16.
 *
 * With this budget {@link pack} always succeeds with ⌈N / B⌉ batches. More slack means fewer molecules moved to other batches, and
 * more padding to compute.
 */
export function budgetOf(sizes: readonly Size[], molecules: number, slack: number): Budget {
  const full = Math.min(molecules, sizes.length);
  const least = even(sizes, molecules);
  const room = (values: readonly number[], needed: readonly number[]): number =>
    Math.max(16, roundUp(Math.max(expected(values, full, slack), largest(needed))));
  return {
    molecules,
    atoms: room(
      sizes.map((size) => size.atoms),
      least.map((bin) => bin.atoms),
    ),
    edges: room(
      sizes.map((size) => size.edges),
      least.map((bin) => bin.edges),
    ),
  };
}

/** Each molecule, in the order given, into the first batch with room; null if one finds none. */
function firstFit(sizes: readonly Size[], order: readonly number[], budget: Budget): Bin[] | null {
  const found = bins(Math.ceil(sizes.length / budget.molecules));
  let first = 0;
  for (const row of order) {
    while (first < found.length && found[first]!.rows.length === budget.molecules) first++;
    const bin = found.slice(first).find((candidate) => fits(candidate, sizes[row]!, budget));
    if (bin === undefined) return null;
    put(bin, row, sizes[row]!);
  }
  return found;
}

/**
 * Distributes all molecules over exactly ⌈N / B⌉ batches within the budget, each molecule once.
 *
 * With a stream: first fit in the order of one permutation, so a molecule that does not fit waits for a later batch; if one is left
 * without a place, the evenest batches are used, which always fit a budget of {@link budgetOf}. Without a stream: the evenest
 * batches, all of them full but the last.
 *
 * @returns positions in `sizes`, batch by batch
 */
export function pack(sizes: readonly Size[], budget: Budget, random: Random | null): number[][] {
  const shuffled = random === null ? null : firstFit(sizes, random.permutation(sizes.length), budget);
  return (shuffled ?? even(sizes, budget.molecules)).map(({ rows }) => rows);
}
