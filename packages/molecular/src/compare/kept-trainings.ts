import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import { replaceFile } from "@outrigger/core/train/disk";
import type { MoleculeTable } from "../data/dataset.ts";
import type { Split } from "../data/split.ts";
import type { Selection } from "../select/selection.ts";
import type { Configuration } from "../training/configuration.ts";
import { keptJson } from "../training/kept-json.ts";
import { checkSame } from "../training/same-options.ts";

/** What came of one training. */
export interface Measured {
  readonly validation: number;
  readonly test: number;
  /** Labelled test molecules. */
  readonly labels: number;
  readonly auxiliaries: readonly string[];
}

interface Kept {
  readonly configuration: Configuration;
  /** Checksum of molecules, labels and first split. */
  readonly data: string;
  /** What a language model chose. */
  readonly selection: Selection | null;
  readonly trainings: Readonly<Record<string, Measured>>;
}

/** Finished trainings of a comparison by name, such as `both scale=0.1 seed=2`. */
export interface KeptTrainings {
  readonly selection: Selection | null;
  /** Keeps what a language model chose, so that it is asked once. */
  choose(selection: Selection): void;
  find(name: string): Measured | undefined;
  /** Keeps a training, whose checkpoint is of no use any more. */
  add(name: string, measured: Measured): void;
  /** Where the checkpoint of a training is kept on the way; undefined: nowhere. */
  checkpoint(name: string): string | undefined;
}

const digest = ({ smiles, targets }: MoleculeTable, split: Split): string => {
  const hash = createHash("sha256").update(JSON.stringify([smiles, split]));
  for (const [name, { values, present }] of Object.entries(targets))
    hash.update(name).update(Float64Array.from(values)).update(Uint8Array.from(present));
  return hash.digest("hex");
};

/**
 * The finished trainings that a folder holds, in `trainings.json`, which is replaced as one unit after each.
 *
 * @param directory undefined: they are kept in memory alone
 * @throws OutriggerError `bad-option` for a folder of a comparison with other options, `bad-data` with other molecules, labels or split,
 * `bad-file` for a damaged file, `disk`
 */
export function keptTrainings(
  directory: string | undefined,
  configuration: Configuration,
  table: MoleculeTable,
  split: Split,
): KeptTrainings {
  const path = directory === undefined ? undefined : join(directory, "trainings.json");
  const data = digest(table, split);
  const before = path === undefined ? null : (keptJson(path) as Kept | null);
  if (before) checkSame(directory!, before.configuration, configuration);
  if (before && before.data !== data) {
    const said = `${directory} holds a comparison on other molecules, labels or another split than ${table.name} has now. Give another --out, or --fresh to start anew.`;
    throw new OutriggerError("bad-data", said, { path });
  }
  let kept: Kept = before ?? { configuration, data, selection: null, trainings: {} };
  const write = (changed: Partial<Kept>): void => {
    kept = { ...kept, ...changed };
    if (path !== undefined)
      replaceFile(path, [new TextEncoder().encode(`${JSON.stringify(kept, null, 1)}\n`)]);
  };
  const checkpoint = (name: string): string | undefined =>
    directory === undefined ? undefined : join(directory, "training", name.replaceAll(/[^\w.-]+/g, "_"));
  return {
    get selection() {
      return kept.selection;
    },
    choose: (selection) => write({ selection }),
    find: (name) => kept.trainings[name],
    add(name, measured) {
      write({ trainings: { ...kept.trainings, [name]: measured } });
      const folder = checkpoint(name);
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
    checkpoint,
  };
}
