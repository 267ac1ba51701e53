import type { Random } from "@outrigger/core/random";
import { isBinary, type LabelColumn, presentLabels } from "./labels.ts";

/** Kinds of molecules of which every part shall have its share; `of[i]` names the strata of molecule i. */
export interface Strata {
  readonly of: readonly (readonly number[])[];
  /** Molecules of every stratum. */
  readonly sizes: readonly number[];
}

/** Bins of a target that is no class: fifths by value. */
const BINS = 5;

/** Upper bounds of all bins but the last, without the empty bins that equal labels make. */
function bounds(column: LabelColumn): number[] {
  if (isBinary(column)) return [0];
  const sorted = presentLabels(column).sort();
  const cuts = Array.from(
    { length: BINS - 1 },
    (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / BINS)],
  );
  return [...new Set(cuts.filter((cut) => cut !== undefined))];
}

/** All molecules are one stratum; every class of a 0/1 target is one, and every fifth of another target. */
export function labelStrata(count: number, targets: readonly LabelColumn[]): Strata {
  const of = Array.from({ length: count }, () => [0]);
  const sizes = [count];
  for (const column of targets) {
    const cuts = bounds(column);
    const first = sizes.length;
    sizes.push(...new Array<number>(cuts.length + 1).fill(0));
    for (const [i, strata] of of.entries()) {
      if (column.present[i] === 0) continue;
      const stratum = first + cuts.filter((cut) => column.values[i]! > cut).length;
      strata.push(stratum);
      sizes[stratum]!++;
    }
  }
  return { of, sizes };
}

/** How many molecules of each stratum a group has; only strata that it has any of. */
function countStrata(group: readonly number[], { of }: Strata): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const molecule of group)
    for (const stratum of of[molecule]!) counts.set(stratum, (counts.get(stratum) ?? 0) + 1);
  return counts;
}

const MOST_SWEEPS = 20;
/** A smaller gain is rounding: without the bound two equal places could be exchanged for ever. */
const LEAST_GAIN = 1e-9;

/**
 * Assigns whole groups to parts so that every part has its share of every stratum. It lowers Pearson's statistic
 *
 *     X = sum_p sum_s (c_ps - f_p n_s)^2 / (f_p n_s)
 *
 * with c_ps the molecules of stratum s in part p, n_s those of stratum s in all, f_p the share of part p: first the groups in order
 * of size, each to the part where X ends lowest, then one group at a time to another part as long as X falls. So the result is a
 * local minimum, not the best there is. Our own derivation; the greedy order is that of Sechidis, Tsoumakas and Vlahavas, "On the
 * Stratification of Multi-Label Data", ECML PKDD 2011, https://doi.org/10.1007/978-3-642-23808-6_10, carried over to groups.
 *
 * Cost: groups x parts x strata a sweep, 20 sweeps at most.
 *
 * @param shares of the parts, summing to 1; a part with share 0 gets nothing
 * @param random decides the order of equally large groups
 * @returns the part of each group
 */
export function assignGroups(
  groups: readonly (readonly number[])[],
  strata: Strata,
  shares: readonly number[],
  random: Random,
): number[] {
  const counts = groups.map((group) => countStrata(group, strata));
  const inPart = shares.map(() => new Float64Array(strata.sizes.length));
  /** By how much X grows when `part` takes this group. */
  const growth = (group: number, part: number): number => {
    let sum = 0;
    for (const [stratum, count] of counts[group]!) {
      const expected = shares[part]! * strata.sizes[stratum]!;
      sum += (count * (2 * (inPart[part]![stratum]! - expected) + count)) / expected;
    }
    return sum;
  };
  const move = (group: number, part: number, sign: 1 | -1): void => {
    for (const [stratum, count] of counts[group]!) inPart[part]![stratum]! += sign * count;
  };
  const parts = shares.flatMap((share, part) => (share > 0 ? [part] : []));
  const best = (group: number): number =>
    parts.reduce((a, b) => (growth(group, b) < growth(group, a) - LEAST_GAIN ? b : a));

  const order = random.permutation(groups.length).sort((a, b) => groups[b]!.length - groups[a]!.length);
  const assigned = new Array<number>(groups.length).fill(0);
  for (const group of order) {
    assigned[group] = best(group);
    move(group, assigned[group]!, 1);
  }
  for (let sweep = 0, moved = true; moved && sweep < MOST_SWEEPS; sweep++) {
    moved = false;
    for (const group of order) {
      const before = assigned[group]!;
      move(group, before, -1);
      const after = best(group);
      if (growth(group, after) < growth(group, before) - LEAST_GAIN) {
        assigned[group] = after;
        moved = true;
      }
      move(group, assigned[group]!, 1);
    }
  }
  return assigned;
}
