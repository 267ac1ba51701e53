import { cosines, readGram } from "../gram/read.ts";
import type { Weighting } from "../weighting.ts";

/**
 * Shows a rule the gradients scaled to one length, and scales its weights back: with the mean length m of the gradients that are not
 * zero, the rule sees m g_k/‖g_k‖, and w_k = v_k m/‖g_k‖ for its answer v. A zero gradient keeps v_k.
 *
 * On steps on which the rule needs no Gram matrix its answer is passed on unchanged. Cost: that of the rule.
 *
 * @example
 * normalized(pcgrad())
 */
export const normalized = <S>(rule: Weighting<S>): Weighting<S> => {
  const name = `normalized(${rule.name})`;
  return {
    ...rule,
    name,
    weigh(view, state, random) {
      if (view.gram === undefined) return rule.weigh(view, state, random);
      const gram = readGram(view, name);
      const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
      const present = lengths.filter((length) => length > 0);
      const mean = present.reduce((a, b) => a + b, 0) / Math.max(1, present.length);
      const scale = lengths.map((length) => (length > 0 ? mean / length : 1));
      const unit = cosines(gram).map((row) => row.map((value) => value * mean * mean));
      // Held-out products scale with the task's gradient only.
      const dev = view.dev && { ...view.dev, dots: view.dev.dots.map((value, k) => value * scale[k]!) };
      // The lengths on another batch are not known: this batch's stand for them.
      const gramOther = view.gramOther?.map((row, i) => row.map((value, j) => value * scale[i]! * scale[j]!));
      const told = rule.weigh({ ...view, gram: unit, dev, gramOther }, state, random);
      return { weights: told.weights.map((weight, k) => weight * scale[k]!), state: told.state };
    },
  };
};
