/**
 * Our D-MPNN and GIN beside chemprop on ESOL: the same split (OGB's), batch size, epochs, learning rates, threads and way to choose the
 * epoch. Each trains in a process of its own, and they take turns epoch by epoch, so that a busy machine is busy for all of them.
 *
 *     PYTHON=.venv/bin/python node --conditions=@outrigger/source --import tsx packages/molecular/bench/speed/train.ts
 *
 * Options: --epochs 50, --batch 64, --threads 2, --seed 0, --python PATH, --only chemprop,d-mpnn,d-mpnn-sum,gin. The first epoch, with what each
 * compiles in it, is printed on its own. An epoch is one pass over the training molecules and one over the validation molecules;
 * features were computed before. Processor seconds are the sum over threads. Each epoch's numbers go to standard error as they come.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readMolecules } from "../../src/data/dataset.ts";
import { requireSource } from "../../src/data/locate.ts";
import { ESOL } from "../../src/data/sources.ts";
import { splitMolecules } from "../../src/feature/featurize.ts";

const { values: options } = parseArgs({
  options: {
    epochs: { type: "string", default: "50" },
    batch: { type: "string", default: "64" },
    threads: { type: "string", default: "2" },
    seed: { type: "string", default: "0" },
    python: { type: "string", default: process.env["PYTHON"] ?? "python3" },
    only: { type: "string", default: "chemprop,d-mpnn,d-mpnn-sum,gin" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "outrigger-molecular-"));
const file = join(folder, "problem.json");
const measured = ESOL.targets[0]!;
const { smiles, targets } = await readMolecules(
  { path: await requireSource(ESOL) },
  { smiles: ESOL.smiles, targets: [measured], onInvalid: "error" },
);
const labels = [...targets[measured]!.values];
writeFileSync(
  file,
  JSON.stringify({ smiles, labels, split: await splitMolecules(smiles, { variant: "ogb" }) }),
);

interface Contender {
  readonly name: string;
  readonly process: ChildProcessWithoutNullStreams;
  /** The next line of its output, as JSON. */
  next(): Promise<Record<string, never>>;
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const shared = [file, options.threads, options.epochs, options.batch, options.seed];

function start(name: string): Contender {
  const ours = [...process.execArgv, pathOf("train-worker.ts"), ...shared, name];
  const [command, args] =
    name === "chemprop"
      ? [options.python, [pathOf("../peers/chemprop_epochs.py"), ...shared]]
      : [process.execPath, ours];
  const child = spawn(command, args);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, never>> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended early. ${errors}`);
      if (value.startsWith("{")) return JSON.parse(value) as Record<string, never>;
    }
  };
  return { name, process: child, next };
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;
const seconds = (value: number): string => value.toFixed(2);

const contenders: Contender[] = [];
for (const name of options.only.split(",")) {
  const contender = start(name);
  console.log(`${name}: ${(await contender.next())["version"]}`);
  contenders.push(contender);
}
interface Epoch {
  readonly wall: number;
  readonly processor: number;
  /** On validation. */
  readonly rmse: number;
}
const epochs = contenders.map((): Epoch[] => []);
for (let epoch = 0; epoch < Number(options.epochs); epoch++) {
  for (const [i, contender] of contenders.entries()) {
    contender.process.stdin.write("\n");
    const made = (await contender.next()) as unknown as Epoch;
    epochs[i]!.push(made);
    console.error(
      `epoch ${epoch + 1}, ${contender.name}: ${seconds(made.processor)} processor seconds, RMSE ${made.rmse.toFixed(3)}`,
    );
  }
}
for (const [i, contender] of contenders.entries()) {
  const { validation, test } = (await contender.next()) as unknown as Record<string, number>;
  const [first, ...rest] = epochs[i]!;
  const of = (key: "wall" | "processor"): string => seconds(median(rest.map((each) => each[key])));
  const ratio = median(rest.map((each, epoch) => epochs[0]![epoch + 1]!.processor / each.processor));
  console.log(
    `${contender.name}: ${of("wall")} s and ${of("processor")} processor seconds an epoch (first ${seconds(first!.wall)} and ${seconds(first!.processor)}); ${contenders[0]!.name} takes ${ratio.toFixed(2)} times its processor seconds; RMSE ${validation!.toFixed(3)} on validation, ${test!.toFixed(3)} on test`,
  );
  contender.process.stdin.end();
}
rmSync(folder, { recursive: true });
