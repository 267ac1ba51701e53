import { OutriggerError } from "../../../error.ts";
import type { Place, Weighting } from "../../weighting.ts";

type Places = Pick<Weighting, "name" | "place" | "atRepresentation">;

/**
 * The same rule, to be shown other gradients.
 *
 * @throws OutriggerError `bad-option` when it looks elsewhere than at the trunk already
 */
export function placed<S>(rule: Weighting<S>, place: Place, combinator: string): Weighting<S> {
  const name = `${combinator}(${rule.name})`;
  if (rule.place === undefined) return { ...rule, name, place };
  const said = `"${rule.name}" looks at gradients of the ${rule.place} already`;
  throw new OutriggerError("bad-option", `${name}: ${said}. Wrap the plain rule.`, { method: name });
}

/** What a combination says of gradients when one rule looks at them: what the rule says. */
export const placeOf = ({ place, atRepresentation }: Places): Omit<Places, "name"> => ({
  ...(place && { place }),
  ...(atRepresentation && { atRepresentation }),
});

/**
 * What a combination of two rules that share a step says.
 *
 * @throws OutriggerError `bad-option` when they look at different gradients
 */
export function placeOfBoth(first: Places, second: Places, name: string): Omit<Places, "name"> {
  const [one = "trunk", two = "trunk"] = [first.place, second.place];
  if (one !== two) {
    const said = `"${first.name}" looks at gradients of the ${one}, "${second.name}" at those of the ${two}`;
    throw new OutriggerError(
      "bad-option",
      `${name}: ${said}. Combine the plain rules, and wrap the combination.`,
      { method: name },
    );
  }
  const atRepresentation = first.atRepresentation && second.atRepresentation;
  return placeOf({ name, ...(first.place && { place: one }), ...(atRepresentation && { atRepresentation }) });
}
