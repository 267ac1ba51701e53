import { closest } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";

const USUAL_NAMES = ["smiles", "canonical_smiles", "mol", "structure"];

/** Columns that a message names: some files have hundreds. */
const LISTED = 20;

/**
 * The column with SMILES strings: the one that is wanted, else the first of the usual names that exists, whatever its case.
 *
 * @param file for messages
 * @throws OutriggerError `bad-data`, naming the columns that there are.
 */
export function smilesColumn(file: string, header: readonly string[], wanted?: string): string {
  const listed = header.slice(0, LISTED).map((name) => `"${name}"`);
  const more = header.length > LISTED ? ` and ${header.length - LISTED} more` : "";
  const columns = `Its columns are: ${listed.join(", ")}${more}.`;
  if (wanted === undefined) {
    for (const usual of USUAL_NAMES) {
      const found = header.find((name) => name.toLowerCase() === usual);
      if (found !== undefined) return found;
    }
    throw new OutriggerError(
      "bad-data",
      `${file} has no column named ${USUAL_NAMES.join(", ")}; name the one with SMILES strings in the option "smiles". ${columns}`,
      { columns: [...header] },
    );
  }
  if (header.includes(wanted)) return wanted;
  const near = closest(wanted, header);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw new OutriggerError("bad-data", `${file} has no column "${wanted}".${hint} ${columns}`, {
    column: wanted,
    columns: [...header],
    closest: near,
  });
}
