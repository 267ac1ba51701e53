import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import { subset } from "../draw.ts";
import type { AttentionSupport } from "../evaluate/attention-map.ts";
import type { Example } from "../example.ts";

/** A restricted context, and where its query should look. */
export interface RestrictedContext {
  /** The tokens that were kept, with their position ids, and the target. */
  readonly example: Example;
  readonly support: AttentionSupport;
}

/**
 * A random restriction of the context of one output, as the bound has it: of the N tokens up to the query, the k of the support and n − k others,
 * every set as likely, order and position ids kept. The target is the token after the query.
 *
 * @param support of the query in the whole example; holds the query itself.
 * @param kept n, with k < n <= N.
 * @throws OutriggerError `bad-option` for an n that is too small or too large, or a support without its query.
 * Source: own derivation, see `restrictedRatio`. `restriction` draws inputs and outputs apart from each other, for training.
 */
export function restrictContext(
  { tokens, positions }: Example,
  { query, keys }: AttentionSupport,
  kept: number,
  random: Random,
): RestrictedContext {
  const others = Array.from({ length: query + 1 }, (_, i) => i).filter((i) => !keys.includes(i));
  const more = kept - keys.length;
  if (!Number.isInteger(kept) || more < 1 || more > others.length || !keys.includes(query))
    throw new OutriggerError(
      "bad-option",
      `A restriction of ${query + 1} tokens with a support of ${keys.length} keeps ${keys.length + 1} to ${query + 1} and the query, not ${kept}.`,
      { kept, support: keys.length, length: query + 1 },
    );
  const chosen = [...keys, ...subset(random, more, others.length).map((i) => others[i]!)].sort(
    (a, b) => a - b,
  );
  const all = [...chosen, query + 1];
  return {
    example: {
      tokens: all.map((i) => tokens[i]!),
      positions: all.map((i) => positions[i]!),
      targets: [chosen.length],
    },
    support: { query: chosen.length - 1, keys: keys.map((key) => chosen.indexOf(key)) },
  };
}
