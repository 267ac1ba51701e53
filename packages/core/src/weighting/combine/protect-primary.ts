import { OutriggerError } from "../../error.ts";
import { dot } from "../../solve/algebra.ts";
import { readGram } from "../gram/read.ts";
import type { Needs, Weighting } from "../weighting.ts";

/**
 * Raises the primary's weight until the combined direction does not oppose the primary's gradient:
 * w_p ← max(w_p, 1, −Σ_{k≠p} w_k ⟨g_k, g_p⟩ / ‖g_p‖²).
 *
 * The other weights stay. A primary without a gradient keeps its weight, at least 1. What is protected is the gradient of the parameters,
 * layer by layer with `perLayer`. Cost: T backward passes on every step.
 *
 * @throws OutriggerError `unsupported` for a rule that looks at the representation
 *
 * @example
 * protectPrimary(randomWeights())
 */
export const protectPrimary = <S>(rule: Weighting<S>): Weighting<S> => {
  const name = `protectPrimary(${rule.name})`;
  const { atRepresentation: _, ...plain } = rule;
  if (rule.place === "representation") {
    const said =
      "a direction that opposes no gradient at the representation may oppose those of the parameters";
    throw new OutriggerError("unsupported", `${name}: ${said}. Leave \`representation\` out.`, {
      method: name,
    });
  }
  return {
    ...plain,
    name,
    needs(state, step): Needs {
      const wanted = rule.needs(state, step);
      return wanted.startsWith("gram") ? wanted : "gram";
    },
    weigh(view, state, random) {
      const { primary } = view;
      const row = readGram(view, name)[primary]!;
      const told = rule.weigh(view, state, random);
      const rest = dot(
        told.weights.map((weight, k) => (k === primary ? 0 : weight)),
        row,
      );
      const needed = row[primary]! > 0 ? -rest / row[primary]! : 0;
      const weights = told.weights.map((weight, k) => (k === primary ? Math.max(weight, 1, needed) : weight));
      return { weights, state: told.state };
    },
  };
};
