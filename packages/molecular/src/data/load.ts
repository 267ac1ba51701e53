import { type MoleculeTable, type ReadMoleculesOptions, readMolecules } from "./dataset.ts";
import { type LocateOptions, requireSource } from "./locate.ts";
import type { MoleculeSource } from "./sources.ts";

export interface LoadOptions extends LocateOptions, Omit<ReadMoleculesOptions, "smiles" | "targets"> {
  /** Some of the dataset's targets; default all. */
  readonly targets?: readonly string[];
}

/**
 * Reads a public dataset: from `data`, `$OUTRIGGER_DATA` or the cache, in this order, and from its address only with
 * `download: true`. The file's sha256 is compared in every case.
 *
 * @throws OutriggerError `missing-data`, `download`, `checksum`, and what {@link readMolecules} throws.
 *
 * @example
 * const table = await loadDataset(ESOL, { download: true });
 */
export async function loadDataset(source: MoleculeSource, options: LoadOptions = {}): Promise<MoleculeTable> {
  const { data, download, onDownload, targets, ...reading } = options;
  const path = await requireSource(source, {
    ...(data !== undefined && { data }),
    ...(download !== undefined && { download }),
    ...(onDownload && { onDownload }),
  });
  const wanted = targets ?? (source.targets.length > 0 ? source.targets : undefined);
  return readMolecules({ path }, { ...reading, smiles: source.smiles, ...(wanted && { targets: wanted }) });
}
