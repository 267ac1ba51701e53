import { CHOSEN_DESCRIPTORS } from "../auxiliary/descriptor-tasks.ts";
import { byVotes, type Selection } from "./selection.ts";
import { type PropertyFamily, VOTE_TABLE } from "./vote-table.ts";

/** Lower-case words with one space around each: `logS (mol/l)` is " logs mol l ", so that whole words can be looked for. */
const plain = (text: string): string =>
  ` ${text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .join(" ")} `;

/** The family that most words of the text point to, the first of several; null if none does. */
export function propertyFamily(text: string): PropertyFamily | null {
  const words = plain(text);
  const scored = VOTE_TABLE.families.map((family) => ({
    family,
    hits: [family.name, ...family.words].filter((word) => words.includes(plain(word))).length,
  }));
  const best = scored.reduce((a, b) => (b.hits > a.hits ? b : a));
  return best.hits > 0 ? best.family : null;
}

/**
 * The `keep` candidates with most points in the frozen table for the property's family; for a property that is in no family, the five
 * usual descriptors. Ties go to the one that the table lists first.
 *
 * @param property what is predicted, in words, such as `solubility`; a column's name like `logS` often does
 * @param among the candidates that may be chosen, such as those that vary in training
 */
export function frozenVotes(
  property: string | undefined,
  keep: number,
  among: ReadonlySet<string>,
): Selection {
  const family = property === undefined ? null : propertyFamily(property);
  const usual = Object.fromEntries(CHOSEN_DESCRIPTORS.map((name) => [name, 1]));
  const votes = byVotes(family?.votes ?? usual);
  const possible = Object.keys(votes).filter((name) => among.has(name));
  const names = possible.slice(0, keep);
  const said =
    property === undefined
      ? "No property was named"
      : `"${property}" belongs to no family of the frozen votes`;
  const known = VOTE_TABLE.families.map((each) => each.name).join(", ");
  const notes = [
    ...(family ? [] : [`${said}, so the usual descriptors were taken. The families are ${known}.`]),
    ...(names.length < keep
      ? [
          `Only ${names.length} of ${keep} candidates: the others with points do not vary among the molecules or are not in the table.`,
        ]
      : []),
  ];
  return {
    names,
    how: "frozen-votes",
    notes,
    votes,
    settings: { table: VOTE_TABLE.version, family: family?.name ?? null, property: property ?? null, keep },
  };
}
