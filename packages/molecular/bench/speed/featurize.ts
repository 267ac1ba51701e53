/**
 * Prints molecules a second through the stream of features, with all descriptors and with graph and Morgan fingerprint only, over many
 * enumerated molecules; beside wall time the rate per second of processor time, which other work on the machine disturbs less. Memory
 * after 10,000 molecules and before the workers end shows whether it grows; handles are those of RDKit that are alive at the end, in all workers.
 *
 *     node --conditions=@outrigger/source --import tsx packages/molecular/bench/speed/featurize.ts [molecules] [workers]
 *
 * Defaults: 100,000 molecules, a worker for every core.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import { enumeratedSmiles } from "../../src/data/enumerated.ts";
import type { WorkerReport } from "../../src/feature/engine.ts";
import { descriptorKind, type FeatureKinds, fingerprintKind, graphKind } from "../../src/feature/kinds.ts";
import { featurizeStream } from "../../src/feature/stream.ts";

const count = Number(process.argv[2] ?? 100_000);
const workers = Number(process.argv[3] ?? availableParallelism());

/** Joined in front of a molecule by their last atom. */
const HEADS: readonly string[] = [
  ..." C CC CCC CC(C) OC OCC NC NCC FC ClC BrC N#CC CC(=O)C OC(=O)C NC(=O)C CS(=O)(=O)C COC".split(" "),
  ..."CN(C)C FC(F)(F)C C9CC9C C9CCCC9C c9ccccc9C c9ccncc9C c9ccoc9C".split(" "),
];

/** Every enumerated molecule behind every head, but for those whose first atom takes none. */
function* molecules(most: number): Generator<string> {
  const tails = enumeratedSmiles(5490).filter((smiles) => !/^[os]1/.test(smiles));
  let left = most;
  for (const head of HEADS)
    for (const tail of tails) {
      if (left-- <= 0) return;
      yield head + tail;
    }
}

const megabytes = (): string => `${Math.round(process.memoryUsage().rss / 1e6)} MB`;
const rate = (done: number, seconds: number): string => Math.round(done / seconds).toLocaleString("en");

async function measure(name: string, kinds: FeatureKinds): Promise<void> {
  const reports: WorkerReport[] = [];
  const onWorkers = (all: readonly WorkerReport[]): void => void reports.push(...all);
  const [start, used] = [performance.now(), process.cpuUsage()];
  let done = 0;
  let bad = 0;
  let early = "-";
  let late = "-";
  for await (const { rows } of featurizeStream(molecules(count), kinds, {
    cache: false,
    workers,
    onWorkers,
  })) {
    done += rows.length;
    bad += rows.filter(({ ok }) => !ok).length;
    late = megabytes();
    if (done <= 10_000) early = late;
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  const alive = reports.reduce((sum, { open }) => sum + open, 0);
  const rates = `${rate(done, seconds)} a second, ${rate(done, (user + system) / 1e6)} a processor second`;
  console.log(
    `${name.padEnd(22)} ${done} molecules (${bad} bad): ${rates}; ${early} after 10,000, ${late} before the end; ${alive} handles alive in ${reports.length} workers`,
  );
}

console.log(
  `${cpus()[0]?.model}, node ${process.version}, ${workers} workers, load ${loadavg()[0]?.toFixed(1)}`,
);
const graphs = { graph: graphKind, bits: fingerprintKind({ kind: "morgan" }) };
await measure("graph and Morgan", graphs);
await measure("43 descriptors", { values: descriptorKind });
await measure("all three", { ...graphs, values: descriptorKind });
