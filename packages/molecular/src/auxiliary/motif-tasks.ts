import type { Column } from "@outrigger/core/data/column";
import { binary, type ColumnBatch, type Task } from "@outrigger/core/train/task";

export interface MotifTasks {
  /** 1 where a molecule has the fragment, else 0; by the fragment's name. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Logistic losses, in the order of the columns. */
  readonly tasks: readonly Task<ColumnBatch>[];
  /** Fragments that were left out, and why. */
  readonly notes: readonly string[];
}

export interface MotifOptions {
  /** Training molecules that must have the fragment, and that must lack it. Default 5. */
  readonly least?: number;
}

const presence = ({ name, values, mask }: Column): Column => ({
  name,
  values: values.map((count) => (count > 0 ? 1 : 0)),
  mask,
});

/**
 * Motif prediction as auxiliary tasks: does the molecule have this fragment? One binary column a fragment, made of counts such as
 * RDKit's `fr_*`; a missing count stays missing. Fragments that too few training molecules have or lack are left out with a note.
 *
 * As in GraphTA: Dey and Ning, "Enhancing molecular property prediction with auxiliary learning and task-specific adaptation", Journal
 * of Cheminformatics, 2024, https://arxiv.org/abs/2401.16299; motif prediction is from Rong et al., "Self-supervised graph transformer on
 * large-scale molecular data", NeurIPS 2020, https://arxiv.org/abs/2007.02835
 *
 * @param counts how often each molecule has the fragment, one column a fragment
 * @param train the training rows
 */
export function motifTasks(
  counts: Readonly<Record<string, Column>>,
  train: readonly number[],
  { least = 5 }: MotifOptions = {},
): MotifTasks {
  const columns: Record<string, Column> = {};
  const notes: string[] = [];
  for (const [name, counted] of Object.entries(counts)) {
    const column = presence(counted);
    const labelled = train.filter((row) => column.mask[row] === 1);
    const having = labelled.filter((row) => column.values[row] === 1).length;
    if (having >= least && labelled.length - having >= least) columns[name] = column;
    else notes.push(`${name} left out: ${having} of ${labelled.length} training molecules have it.`);
  }
  const tasks = Object.keys(columns).map((name) => binary({ name, role: "auxiliary" }));
  return { columns, tasks, notes };
}
