import { OutriggerError } from "@outrigger/core/error";
import type { FeatureKind } from "./kinds.ts";
import { nodeModule } from "./node.ts";
import { type RecordFile, recordFile } from "./record-file.ts";

/**
 * `directory`, else `$OUTRIGGER_CACHE` where it is not empty, else `~/.cache/outrigger`. The same as core's, whose module would bring the
 * executors' packages into a page that only computes features.
 */
export function cacheDirectory(directory?: string): string {
  const home = (): string =>
    nodeModule("node:path")!.join(nodeModule("node:os")!.homedir(), ".cache", "outrigger");
  return directory ?? (process.env["OUTRIGGER_CACHE"] || home());
}

/** Bytes of several kinds of features by SMILES string; entry [i][k] belongs to molecule i and kind k. */
export interface FeatureCache {
  find(smiles: readonly string[]): Promise<(Uint8Array | null)[][]>;
  /** Keeps what is not null. Goes on without the disk when that refuses, after it has told `onError` once. */
  add(smiles: readonly string[], bytes: readonly (readonly (Uint8Array | null)[])[]): Promise<void>;
  close(): Promise<void>;
}

/** One file for every kind, its version and RDKit's release: a change of any begins another file. */
function pathOf({ name, version }: FeatureKind<unknown>, rdkit: string, directory?: string): string {
  if (!/^[\w.-]+$/.test(name))
    throw new OutriggerError(
      "bad-option",
      `"${name}" cannot name a kind of features: it names a file, so use letters, digits, dots and hyphens.`,
      { name },
    );
  const file = `${name}-${version}-rdkit-${rdkit}.records`;
  return nodeModule("node:path")!.join(cacheDirectory(directory), "features", file);
}

/**
 * The cache on disk. Its key is the SMILES string as it is written, because the order of a graph's atoms follows it: two spellings of
 * one molecule are two entries.
 */
export function featureCache(
  kinds: readonly FeatureKind<unknown>[],
  rdkit: string,
  { directory, onError }: { readonly directory?: string; readonly onError: (error: Error) => void },
): FeatureCache {
  const files = kinds.map((kind): RecordFile => recordFile(pathOf(kind, rdkit, directory)));
  let refused = false;
  return {
    async find(smiles) {
      const columns = await Promise.all(files.map((file) => file.find(smiles)));
      return smiles.map((_, i) => columns.map((column) => column[i]!));
    },
    async add(smiles, bytes) {
      if (refused) return;
      try {
        for (const [k, file] of files.entries()) {
          const records = smiles.flatMap((text, i): [string, Uint8Array][] => {
            const value = bytes[i]![k];
            return value ? [[text, value]] : [];
          });
          if (records.length > 0) await file.add(records);
        }
      } catch (error) {
        refused = true;
        onError(error as Error);
      }
    },
    async close() {
      await Promise.all(files.map((file) => file.close()));
    },
  };
}

/** A cache that keeps nothing: where none is wanted, and in a page. */
export const noCache = (kinds: number): FeatureCache => ({
  find: (smiles) => Promise.resolve(smiles.map(() => new Array<null>(kinds).fill(null))),
  add: () => Promise.resolve(),
  close: () => Promise.resolve(),
});
