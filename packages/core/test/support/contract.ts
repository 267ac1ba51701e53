import { contract as checksOf } from "@outrigger/core/testing";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { describe, expect, test } from "vitest";

/** Declares the contract of a rule as one `describe`. */
export function contract(name: string, make: () => Weighting): void {
  describe(`the weighting rule ${name}`, () => {
    for (const { name: property, run } of checksOf(make)) test(property, () => expect(run).not.toThrow());
  });
}
