import { OutriggerError } from "../../error.ts";
import type { View } from "../weighting.ts";

export type Gram = readonly (readonly number[])[];

/**
 * The Gram matrix of a view.
 *
 * @throws OutriggerError `bad-data` if the view has none, `non-finite` if an entry is NaN or infinite.
 */
export function readGram({ gram, step }: View, rule: string): Gram {
  if (gram === undefined) {
    throw new OutriggerError(
      "bad-data",
      `${rule} needs the Gram matrix of the task gradients at step ${step}.`,
    );
  }
  return finite(gram, step);
}

/**
 * The inner products of a view's gradients (rows) with those of the second batch (columns).
 *
 * @throws OutriggerError `bad-data` if the view has none, `non-finite` if an entry is NaN or infinite.
 */
export function readGramOther({ gramOther, step }: View, rule: string): Gram {
  if (gramOther === undefined) {
    throw new OutriggerError(
      "bad-data",
      `${rule} needs the task gradients of a second training batch at step ${step}.`,
    );
  }
  return finite(gramOther, step);
}

/**
 * Cosine of every task's gradient with the held-out gradient of the primary; 0 where one of them is zero.
 *
 * @throws OutriggerError `bad-data` if the view has no Gram matrix or no held-out gradient, `non-finite` if one of their numbers is NaN or infinite.
 */
export function devCosines(view: View, rule: string): number[] {
  const gram = readGram(view, rule);
  if (view.dev === undefined) {
    throw new OutriggerError(
      "bad-data",
      `${rule} needs the primary's gradient on held-out data at step ${view.step}.`,
    );
  }
  const { dots, norm } = view.dev;
  for (const value of [norm, ...dots]) {
    if (Number.isFinite(value)) continue;
    throw new OutriggerError(
      "non-finite",
      `A product of the primary's held-out gradient is ${value} at step ${view.step}; lower the learning rate or look for extreme values in the held-out data.`,
      { step: view.step },
    );
  }
  return gram.map((row, k) => {
    const lengths = norm * Math.sqrt(row[k]!);
    return lengths > 0 ? Math.max(-1, Math.min(1, dots[k]! / lengths)) : 0;
  });
}

function finite(gram: Gram, step: number): Gram {
  for (const [i, row] of gram.entries()) {
    for (const [j, value] of row.entries()) {
      if (Number.isFinite(value)) continue;
      throw new OutriggerError(
        "non-finite",
        `The inner product of the gradients of tasks ${i} and ${j} is ${value} at step ${step}; lower the learning rate or look for a division by zero in a loss.`,
        { step, tasks: [i, j] },
      );
    }
  }
  return gram;
}

/** Cosine of the gradients of tasks i and j, in [-1, 1]; 0 where one of them is zero. */
export function cosine(gram: Gram, i: number, j: number): number {
  const norms = Math.sqrt(gram[i]![i]!) * Math.sqrt(gram[j]![j]!);
  return norms > 0 ? Math.max(-1, Math.min(1, gram[i]![j]! / norms)) : 0;
}

/** The Gram matrix of the gradients scaled to unit norm; rows of zero gradients stay zero. */
export function cosines(gram: Gram): number[][] {
  return gram.map((row, i) => row.map((_, j) => (i === j && row[i]! > 0 ? 1 : cosine(gram, i, j))));
}

/** The auxiliaries' own block A, and their products b with the primary gradient. */
export function split(gram: Gram, primary: number): { block: number[][]; target: number[] } {
  const auxiliaries = gram.map((_, k) => k).filter((k) => k !== primary);
  return {
    block: auxiliaries.map((i) => auxiliaries.map((j) => gram[i]![j]!)),
    target: auxiliaries.map((i) => gram[i]![primary]!),
  };
}

/** T weights from those of the auxiliaries and a primary weight of 1. */
export function withPrimary(auxiliary: readonly number[], primary: number): number[] {
  return [...auxiliary.slice(0, primary), 1, ...auxiliary.slice(primary)];
}
