import { kindOf } from "../../src/feature/kinds.ts";
import { serve } from "../../src/feature/serve.ts";

/** A worker that ends on xenon, as one does that runs out of memory. */
await serve((spec) => {
  const kind = kindOf(spec);
  return {
    ...kind,
    compute(molecule) {
      if (molecule.canonicalSmiles() === "[Xe]") process.exit(7);
      return kind.compute(molecule);
    },
  };
});
