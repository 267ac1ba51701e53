import { OutriggerError } from "@outrigger/core/error";
import { unpackBits } from "../feature/fingerprint.ts";

/** Unit vector along the mean fingerprint of some molecules. */
function embedding(fingerprints: readonly Uint8Array[], rows: Iterable<number>): Float64Array {
  const bits = (fingerprints[0]?.length ?? 0) * 8;
  const sum = new Float64Array(bits);
  const one = new Float32Array(bits);
  for (const row of rows) {
    unpackBits(fingerprints[row]!, one, 0);
    for (let i = 0; i < bits; i++) sum[i]! += one[i]!;
  }
  const length = Math.hypot(...sum);
  return length > 0 ? sum.map((value) => value / length) : sum;
}

/**
 * How much the structures that other tasks have labels for resemble those of the primary: ⟨s_t, s_k⟩, 0 to 1, one number a task.
 *
 * s is the mean of the fingerprints (packed, of any kind) of the molecules with a label, scaled to unit length; so tasks on the same molecules
 * have 1, and tasks whose molecules share no feature 0. Own pooling; MolGroup (Huang, Hu and Ying, NeurIPS 2023, https://arxiv.org/abs/2307.04052)
 * learns one.
 *
 * Cost: one pass over the fingerprints of every task.
 *
 * @param fingerprints of all molecules; @param primary rows with a label of the primary; @param auxiliaries the same, task by task
 * @throws OutriggerError `bad-data` for a task without a molecule
 */
export function structureSimilarities(
  fingerprints: readonly Uint8Array[],
  primary: readonly number[],
  auxiliaries: readonly (readonly number[])[],
): number[] {
  const empty = [primary, ...auxiliaries].findIndex((rows) => rows.length === 0);
  if (empty >= 0) {
    const whose = empty === 0 ? "The primary" : `Auxiliary ${empty - 1}`;
    throw new OutriggerError("bad-data", `${whose} has no labelled molecule, so nothing resembles it.`);
  }
  const own = embedding(fingerprints, primary);
  return auxiliaries.map((rows) =>
    embedding(fingerprints, rows).reduce((sum, value, i) => sum + value * own[i]!, 0),
  );
}
