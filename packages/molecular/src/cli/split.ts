import { numbers, option, whole, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import { OutriggerError } from "@outrigger/core/error";
import type { Command, Option } from "commander";
import { type SplitCommand, splitCommand, splitText } from "../command/split.ts";
import { list } from "./list.ts";

interface Given {
  readonly smiles?: string;
  readonly target?: readonly string[];
  readonly by?: NonNullable<SplitCommand["by"]>;
  readonly seed?: number;
  readonly fractions?: readonly number[];
  readonly folds?: number;
  readonly column?: string;
  readonly train?: string;
  readonly validation?: string;
  readonly test?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const options: readonly Option[] = [
  option(
    "--smiles <column>",
    "the column with SMILES strings (default: smiles, canonical_smiles, mol or structure)",
  ),
  option("--target <columns>", "columns whose balance is shown, and kept by --by stratified", list),
  option("--by <rule>", "how molecules are divided (default: scaffold)").choices([
    "scaffold",
    "ogb",
    "deepchem",
    "balanced",
    "stratified",
    "random",
  ]),
  option(
    "--seed <n>",
    "another division by the same rule: balanced, stratified, random, folds (default: 0)",
    whole(0),
  ),
  option("--fractions <a,b,c>", "shares of training, validation and test (default: 0.8,0.1,0.1)", numbers),
  option(
    "--folds <n>",
    "cross-validation: as many splits as folds (with scaffold, stratified or random)",
    whole(3),
  ),
  option("--column <name>", "take the split from a column with train, validation (or val, valid) and test"),
  option("--train <list>", "take it from lists of data rows (from 0) or SMILES strings, one a line"),
  option("--validation <list>", "the second of the three lists"),
  option("--test <list>", "the third of the three lists"),
  option("--out <file>", "write it, such as splits.json"),
  option("--json", "print what would be written instead of a table"),
];

function listsOf({ train, validation, test }: Given): SplitCommand["lists"] {
  if (train !== undefined && validation !== undefined && test !== undefined)
    return { train, validation, test };
  if ([train, validation, test].every((name) => name === undefined)) return undefined;
  throw new OutriggerError(
    "bad-option",
    "--train, --validation and --test belong together; name all three lists.",
  );
}

/** Exactly three shares; `makeSplit` checks that they sum to 1. */
function fractionsOf({ fractions }: Given): SplitCommand["fractions"] {
  if (fractions === undefined) return undefined;
  const [train, validation, test] = fractions;
  if (fractions.length === 3) return [train!, validation!, test!];
  throw new OutriggerError(
    "bad-option",
    `--fractions has ${fractions.length} shares; give three, such as 0.8,0.1,0.1.`,
    { fractions },
  );
}

/** Adds `split` to the program. */
export function addSplit(program: Command): void {
  withOptions(program.command("split <data.csv>"), options)
    .description("divide molecules into training, validation and test, and see what came of it")
    .addHelpText(
      "after",
      `
Rules:
  scaffold    whole Bemis-Murcko scaffolds, the large ones to training: the split of the Open Graph Benchmark (ogb is the same)
  deepchem    the same over scaffolds without stereochemistry
  balanced    whole scaffolds in random order, the largest to training
  stratified  whole scaffolds with every class of --target in proportion: for data on which the others leave a part with one class
  random      molecules, whatever their scaffolds
The rule moves the numbers more than most methods do, so it belongs into every report; splits.json keeps it.

Examples:
  outrigger-molecular split data.csv --by scaffold --out splits.json
  outrigger-molecular split assay.csv --by stratified --target active --seed 1 --out splits.json
  outrigger-molecular split data.csv --by scaffold --folds 5 --out folds.json
  outrigger-molecular split bace.csv --smiles mol --target Class --column Model
  outrigger-molecular split esol.csv --train train.csv.gz --validation valid.csv.gz --test test.csv.gz --out splits.json`,
    )
    .action(async (path: string, given: Given) => {
      const { smiles, target, by, seed, folds, column, out } = given;
      const fractions = fractionsOf(given);
      const lists = listsOf(given);
      const result = await splitCommand(
        path,
        {
          ...(smiles !== undefined && { smiles }),
          ...(target && { targets: target }),
          ...(by !== undefined && { by }),
          ...(seed !== undefined && { seed }),
          ...(fractions && { fractions }),
          ...(folds !== undefined && { folds }),
          ...(column !== undefined && { column }),
          ...(lists && { lists }),
        },
        out,
      );
      print(given.json ? JSON.stringify(result.record, null, 2) : splitText(result));
    });
}
