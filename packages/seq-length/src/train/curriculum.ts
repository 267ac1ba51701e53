import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import type { Example } from "../example.ts";
import type { Drawn } from "./mixture.ts";

/**
 * How lengths follow the progress p of the training, between the shortest and the longest. "uniform": all alike; "growing": uniform up to a
 * bound that rises from the shortest to the longest in the first part of the training, `until`; "short-first": length l with probability in
 * proportion to τ^l.
 */
export type LengthRule =
  | { readonly kind: "uniform" }
  | { readonly kind: "growing"; readonly until: number }
  | { readonly kind: "short-first"; readonly tau: number };

/** A length by the rule. */
export function drawLength(
  rule: LengthRule,
  [shortest, longest]: readonly [number, number],
  random: Random,
  progress: number,
): number {
  if (rule.kind === "short-first") {
    const weights = Array.from({ length: longest - shortest + 1 }, (_, i) => rule.tau ** i);
    let rest = random.uniform() * weights.reduce((a, b) => a + b, 0);
    const at = weights.findIndex((weight) => {
      rest -= weight;
      return rest < 0;
    });
    return at < 0 ? longest : shortest + at;
  }
  const part = rule.kind === "uniform" ? 1 : Math.min(1, progress / rule.until);
  const bound = shortest + Math.floor(part * (longest - shortest));
  return shortest + random.integer(bound - shortest + 1);
}

/**
 * A source whose lengths follow a rule.
 *
 * The growing bound and the exponential weights are curricula of the code of Ruoss et al., "Randomized positional encodings boost length
 * generalization of transformers", ACL 2023, https://arxiv.org/abs/2305.16843, in our own form.
 *
 * @param options.longest tokens of the longest example.
 * @param options.example one of the length given.
 * @throws OutriggerError `bad-option` for lengths that are no whole numbers with 1 ≤ shortest ≤ longest, `until` outside of (0, 1], or
 * τ that is not positive.
 */
export function curriculum(options: {
  readonly lengths: readonly [number, number];
  readonly rule: LengthRule;
  readonly longest: number;
  readonly example: (random: Random, length: number) => Example;
}): Drawn {
  const { lengths, rule, longest, example } = options;
  const [from, to] = lengths;
  const refuse = (what: string): never => {
    throw new OutriggerError("bad-option", `curriculum: ${what}.`, { lengths, rule });
  };
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 1 || from > to)
    refuse(`lengths must be whole numbers, the shorter first, not ${from} to ${to}`);
  if (rule.kind === "growing" && !(rule.until > 0 && rule.until <= 1))
    refuse(`until must be in (0, 1], not ${rule.until}`);
  if (rule.kind === "short-first" && !(rule.tau > 0)) refuse(`tau must be positive, not ${rule.tau}`);
  return {
    longest,
    draw: (random, progress) => example(random, drawLength(rule, lengths, random, progress)),
  };
}
