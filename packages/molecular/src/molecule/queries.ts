import { OutriggerError } from "@outrigger/core/error";
import type { MainModule, Mol } from "@rdkit/rdkit";

/** Compiled substructure queries of one RDKit instance: each pattern is compiled on first use and kept until `free`. */
export interface Queries {
  /** How many are held now. */
  readonly size: number;
  /** @throws OutriggerError `bad-option` for a pattern that is no SMARTS */
  compile(smarts: string): Mol;
  free(): void;
}

export function createQueries(module: MainModule): Queries {
  const compiled = new Map<string, Mol>();
  return {
    get size() {
      return compiled.size;
    },
    compile(smarts) {
      const known = compiled.get(smarts);
      if (known) return known;
      const query = module.get_qmol(smarts);
      if (query === null)
        throw new OutriggerError("bad-option", `"${smarts}" is no SMARTS pattern that RDKit can read.`, {
          smarts,
        });
      compiled.set(smarts, query);
      return query;
    },
    free() {
      for (const query of compiled.values()) query.delete();
      compiled.clear();
    },
  };
}

/** Matches in RDKit's answer, `{}` or a list of `{"atoms":[…],"bonds":[…]}`; counted without parsing, which costs as much as matching. */
export const countInAnswer = (json: string): number => json.split('"atoms"').length - 1;
