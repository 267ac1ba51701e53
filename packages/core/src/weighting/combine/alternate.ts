import { OutriggerError } from "../../error.ts";
import { positiveInteger } from "../gram/check.ts";
import type { Weighting } from "../weighting.ts";
import { observesBoth } from "./shared/observes.ts";
import { placeOf, placeOfBoth } from "./shared/places.ts";

/** The state of every rule, in their order. */
export interface AlternateState {
  inner: unknown[];
}

/**
 * Lets rules weigh in turn: the first for n₁ steps, the second for n₂, and so on, then the first again. A rule is asked, and observes, in
 * its own turns only.
 *
 * With rules that train one part of the tasks each, this is alternating training. Tasks at rest have weight 0; an optimiser with momentum
 * still moves their heads by what it remembers. Cost: that of the rule whose turn it is.
 *
 * Evidence: core/schedules in packages/core-bench/README.md.
 *
 * @throws OutriggerError `bad-option` for no rules, a number of steps that is no positive integer, or when one rule learns from losses before the
 * update and another after it.
 *
 * @example
 * alternate([1, singleTask()], [1, staticWeights({ weights: [0, 1, 1] })]) // the primary, then the auxiliaries
 */
export const alternate = (
  ...turns: readonly (readonly [steps: number, rule: Weighting])[]
): Weighting<AlternateState> => {
  const rules = turns.map(([, rule]) => rule);
  const name = `alternate(${turns.map(([steps, rule]) => `${steps} ${rule.name}`).join(", ")})`;
  const [first, ...others] = rules;
  if (first === undefined) {
    throw new OutriggerError(
      "bad-option",
      "alternate was given no rules. Give at least one, with its number of steps.",
    );
  }
  const ends: number[] = [];
  for (const [steps] of turns) ends.push((ends.at(-1) ?? 0) + positiveInteger(steps, "steps"));
  const turnAt = (step: number): number => ends.findIndex((end) => step % ends.at(-1)! < end);
  const learners = rules.filter((rule) => rule.observe !== undefined);
  for (const other of learners) observesBoth(learners[0]!, other, name);
  const place = others.reduce(
    (all, rule) => placeOfBoth({ name: first.name, ...all }, rule, name),
    placeOf(first),
  );
  const replaced = (inner: readonly unknown[], turn: number, state: unknown): AlternateState => ({
    inner: inner.map((own, i) => (i === turn ? state : own)),
  });
  return {
    name,
    paper: null,
    ...place,
    needs({ inner }, step) {
      const turn = turnAt(step);
      return rules[turn]!.needs(inner[turn], step);
    },
    init: (tasks, primary) => ({ inner: rules.map((rule) => rule.init(tasks, primary)) }),
    weigh(view, { inner }, random) {
      const turn = turnAt(view.step);
      const { weights, state } = rules[turn]!.weigh(view, inner[turn], random);
      return { weights, state: replaced(inner, turn, state) };
    },
    ...(learners.length > 0 && {
      ...(learners[0]!.observes && { observes: learners[0]!.observes }),
      observe(view, { inner }) {
        const turn = turnAt(view.step);
        const rule = rules[turn]!;
        return rule.observe === undefined
          ? { inner }
          : replaced(inner, turn, rule.observe(view, inner[turn]));
      },
    }),
  };
};
