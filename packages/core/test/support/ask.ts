import { Random } from "@outrigger/core/random";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import { expect } from "vitest";

/** What a rule says in its first step, with losses of 1 and task 0 as the primary unless told otherwise. */
export function ask<S>(
  rule: Weighting<S>,
  gram: readonly (readonly number[])[],
  more: Partial<View> = {},
): number[] {
  const view: View = { step: 0, epoch: 0, losses: gram.map(() => 1), primary: 0, gram, ...more };
  return rule.weigh(view, rule.init(gram.length, view.primary), Random.seeded(0, "rule")).weights;
}

/** Every element within `tolerance` times the largest of those expected. */
export function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number = 1e-9,
): void {
  expect(actual.length).toBe(expected.length);
  const unit = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  for (const [k, value] of expected.entries()) {
    const error = Math.abs(actual[k]! - value) / unit;
    if (!(error <= tolerance)) expect.fail(`[${actual.join()}] is not [${expected.join()}]: off by ${error}`);
  }
}
