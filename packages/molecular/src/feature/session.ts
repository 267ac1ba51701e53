import type { Outcome, Rdkit } from "../molecule/rdkit.ts";
import { sharedRdkit } from "../molecule/rdkit.ts";
import { type FeatureCache, featureCache, noCache } from "./cache.ts";
import type { Row } from "./compute.ts";
import { type Engine, growingEngine, localEngine, type WorkerReport } from "./engine.ts";
import type { FeatureKind, FeatureKinds, Features, KindSpec } from "./kinds.ts";
import { nodeModule } from "./node.ts";
import { poolEngine } from "./pool.ts";

export interface FeaturizeOptions {
  /** Computes on this thread with this instance; default: the shared one, and workers as below. */
  readonly rdkit?: Rdkit;
  /** Folder of the cache; default `$OUTRIGGER_CACHE`, else `~/.cache/outrigger`. `false`: no cache. A page has none. */
  readonly cache?: string | false;
  /**
   * Worker threads; 0: none. Default: as many as the process may use processors, from the 2,000th molecule on that is not in the
   * cache. Each takes some 110 MB. Values are the same with and without them. A page has none.
   */
  readonly workers?: number;
  /** Hears why the cache could not be written; default: a process warning. The features are returned all the same. */
  readonly onCacheError?: (error: Error) => void;
  /** Hears at the end what every worker did. */
  readonly onWorkers?: (reports: readonly WorkerReport[]) => void;
}

/** Molecules that are computed on the main thread before workers are started: as long as it takes to start them. */
const BEFORE_WORKERS = 2000;

/** Molecules that travel to a worker at once: some 0.1 to 0.3 s of work. */
export const BATCH = 200;

/** Features of some molecules at a time, with the cache and workers of one call. */
export interface Session<K extends FeatureKinds> {
  /** Batches that are worth having under way at once. */
  readonly ahead: number;
  /** What became of every molecule, in order; `onRow` hears of each that had to be computed. */
  features(smiles: readonly string[], onRow?: () => void): Promise<Outcome<Features<K>>[]>;
  close(): Promise<void>;
}

function chooseEngine(
  kinds: readonly FeatureKind<unknown>[],
  rdkit: Rdkit,
  { workers, rdkit: own }: FeaturizeOptions,
): Engine {
  const local = localEngine(rdkit, kinds);
  const specs = kinds.flatMap(({ spec }): KindSpec[] => (spec === null ? [] : [spec]));
  const alone = own !== undefined || workers === 0 || specs.length < kinds.length;
  if (alone || !nodeModule("node:worker_threads")) return local;
  const pool = (): Engine =>
    poolEngine({
      workers: workers ?? nodeModule("node:os")!.availableParallelism(),
      kinds: specs,
      fallback(reason) {
        process.emitWarning(
          `Worker threads do not start (${reason}); features are computed on the main thread.`,
        );
        return local;
      },
    });
  return workers === undefined ? growingEngine(local, pool, BEFORE_WORKERS) : pool();
}

function chooseCache(
  kinds: readonly FeatureKind<unknown>[],
  rdkit: Rdkit,
  { cache, onCacheError }: FeaturizeOptions,
): FeatureCache {
  if (cache === false || !nodeModule("node:fs/promises")) return noCache(kinds.length);
  const warn = (error: Error): void => process.emitWarning(`Features were not cached: ${error.message}`);
  return featureCache(kinds, rdkit.version, { directory: cache, onError: onCacheError ?? warn });
}

/** Opens what a call needs; errors of options as `FeaturizeOptions` and `FeatureKind` have them. */
export async function openSession<K extends FeatureKinds>(
  kinds: K,
  options: FeaturizeOptions,
): Promise<Session<K>> {
  const names = Object.keys(kinds);
  const list = Object.values(kinds);
  const rdkit = options.rdkit ?? (await sharedRdkit());
  const engine = chooseEngine(list, rdkit, options);
  const cache = chooseCache(list, rdkit, options);

  const decoded = (bytes: readonly (Uint8Array | null)[]): Features<K> =>
    Object.fromEntries(names.map((name, k) => [name, list[k]!.decode(bytes[k]!)])) as Features<K>;

  /** Computes what the cache lacks, each molecule once with all the kinds that it lacks, and adds it to the cache. */
  async function complete(
    smiles: readonly string[],
    stored: readonly (readonly (Uint8Array | null)[])[],
    onRow: () => void,
  ): Promise<Row[]> {
    const rows = stored.map((bytes): Row => ({ ok: true, value: [...bytes] }));
    const lacking = [...smiles.keys()].filter((i) => stored[i]!.includes(null));
    if (lacking.length === 0) return rows;
    const texts = lacking.map((i) => smiles[i]!);
    const wanted = lacking.map((i) => stored[i]!.map((bytes) => bytes === null));
    const computed = await engine.run({ smiles: texts, wanted }, onRow);
    await cache.add(
      texts,
      computed.map((row) => (row.ok ? row.value : [])),
    );
    for (const [j, row] of computed.entries()) {
      const i = lacking[j]!;
      rows[i] = row.ok ? { ok: true, value: row.value.map((bytes, k) => bytes ?? stored[i]![k]!) } : row;
    }
    return rows;
  }

  return {
    get ahead() {
      return engine.ahead;
    },
    async features(smiles, onRow = () => undefined) {
      const rows = await complete(smiles, await cache.find(smiles), onRow);
      return rows.map((row) => (row.ok ? { ok: true, value: decoded(row.value) } : row));
    },
    async close() {
      const reports = await engine.close();
      await cache.close();
      if (reports.length > 0) options.onWorkers?.(reports);
    },
  };
}
