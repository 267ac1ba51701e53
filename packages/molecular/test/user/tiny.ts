import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { main } from "../../src/cli.ts";
import { type MoleculeTable, readMolecules } from "../../src/data/dataset.ts";
import { enumeratedSmiles } from "../../src/data/enumerated.ts";
import {
  type Configuration,
  configuration,
  type GivenConfiguration,
} from "../../src/training/configuration.ts";
import {
  type TrainedPredictor,
  type TrainPredictorOptions,
  trainPredictor,
} from "../../src/training/train-predictor.ts";

export const temporary = (): string => mkdtempSync(join(tmpdir(), "outrigger-molecular-"));

/** A made-up property that grows with oxygen and falls with aromatic carbon. */
const property = (smiles: string): number => {
  const count = (letter: string): number => smiles.split(letter).length - 1;
  return 1 + 0.7 * count("O") - 0.25 * count("c") + 0.4 * count("N");
};

/** A table with columns smiles, y (a value), class (0 or 1) and half (y, every second cell blank), and rows that cannot be read. */
export function tinyCsv(count: number, bad: readonly string[] = []): string {
  const rows = enumeratedSmiles(count).map((smiles, i) => {
    const y = property(smiles);
    return `${smiles},${y.toFixed(2)},${Number(y > 0.9)},${i % 2 === 0 ? y.toFixed(2) : ""}`;
  });
  const broken = bad.map((smiles) => `${smiles},1,1,1`);
  return `smiles,y,class,half\n${[...rows, ...broken].join("\n")}\n`;
}

export const tinyTable = (count: number, targets: readonly string[]): Promise<MoleculeTable> =>
  readMolecules({ text: tinyCsv(count) }, { targets });

/** A training of a second. */
export const tiny = (given: Partial<GivenConfiguration> = {}): Configuration =>
  configuration({
    targets: ["y"],
    model: { name: "mlp", width: 8, bits: 128, dropout: 0.2 },
    inputs: ["CrippenClogP", "tpsa"],
    split: { variant: "random" },
    epochs: 3,
    ensemble: 2,
    ...given,
  });

/** Nothing is read from or written to a cache, and one thread keeps numbers the same. */
export const quick: TrainPredictorOptions = {
  features: { cache: false },
  run: { threads: 1, spinning: false },
};

export async function tinyTrained(
  given: Partial<GivenConfiguration> = {},
  count = 60,
): Promise<TrainedPredictor> {
  const chosen = tiny(given);
  return (await trainPredictor(await tinyTable(count, chosen.targets), chosen, quick))!;
}

/** Options of the command for a training of a second. */
export const tinyFlags: readonly string[] =
  "--target y --model mlp --width 8 --inputs none --split random --epochs 3 --ensemble 2 --threads 1 --no-card".split(
    " ",
  );

/** Runs the command in this process: what it wrote, and its exit code. */
export async function command(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0),
  ];
  try {
    process.exitCode = 0;
    await main(["node", "outrigger-molecular", ...args]);
    return { code: exitCode(), out: out.join(""), err: err.join("") };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

const exitCode = (): number => Number(process.exitCode ?? 0);
