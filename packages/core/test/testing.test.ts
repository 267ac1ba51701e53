import { OutriggerError } from "@outrigger/core/error";
import { contract } from "@outrigger/core/testing";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import { expect, it } from "vitest";

const failing = (make: () => Weighting): string[] =>
  contract(make).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      if (error instanceof OutriggerError) expect(error.code).toBe("broken-contract");
      return [name];
    }
  });

const rule = (change: Partial<Weighting<never>>): (() => Weighting) => {
  const base: Weighting = {
    ...uniform(),
    needs: () => "gram",
    init: () => null,
    weigh: ({ gram }, state) => ({ weights: gram!.map(() => 1), state }),
  };
  return () => ({ ...base, ...change }) as Weighting;
};
const weigh = (weights: (view: View & { gram: number[][] }) => number[]) =>
  rule({ weigh: (view, state) => ({ weights: weights(view as never), state }) });

it("a sound rule passes", () => {
  expect(failing(rule({}))).toEqual([]);
});

let calls = 0;
it.each<[string, () => Weighting, string]>([
  ["has no name", rule({ name: " " }), "has a name"],
  ["knows tasks by their place", weigh(({ gram }) => gram.map((_, k) => 1 + k)), "permuting the tasks"],
  ["divides by a norm", weigh(({ gram }) => gram.map((row, k) => 1 / row[k]!)), "zero gradients"],
  [
    "gives the last task nothing",
    weigh(({ gram }) => gram.map((_, k) => Math.sign(gram.length - 1 - k))),
    "one task alone",
  ],
  ["overflows", weigh(({ gram }) => gram.map((row, k) => row[k]! ** 12)), "scales from 1e-10"],
  ["gives one weight too few", weigh(({ gram }) => gram.slice(0, 15).map(() => 1)), "16 tasks"],
  ["keeps something outside of its state", weigh(({ gram }) => gram.map(() => ++calls)), "the same seed"],
  [
    "loses state in JSON",
    rule({
      init: () => new Map() as never,
      weigh: ({ gram }, s: Map<string, number>) => ({
        weights: gram!.map(() => s.size),
        state: new Map(s).set("x", 1) as never,
      }),
    }),
    "through JSON",
  ],
  [
    "writes to the view",
    weigh((view) => view.losses.map(() => (view.gram[0]![0] = 1))),
    "neither view nor state",
  ],
  [
    "hands out its state",
    rule({
      init: ((tasks: number) => Array(tasks).fill(1)) as never,
      weigh: (_, s: number[]) => ({ weights: s, state: s as never }),
    }),
    "the caller's own",
  ],
  [
    "remembers everything",
    rule({
      init: () => [] as never,
      weigh: ({ gram, losses }, s: number[]) => ({
        weights: gram!.map(() => 1),
        state: [...s, losses[0]!] as never,
      }),
    }),
    "does not grow",
  ],
])("a rule that %s does not", (_, make, property) => {
  expect(failing(make).join("; ")).toContain(property);
});
