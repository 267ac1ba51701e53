import { option, whole, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import type { Command, Option } from "commander";
import { describeFile, descriptionText } from "../command/describe.ts";
import { list } from "./list.ts";

interface Given {
  readonly smiles?: string;
  readonly target?: readonly string[];
  readonly split?: string;
  readonly fold?: number;
  readonly splitColumn?: string;
  readonly json?: boolean;
}

const options: readonly Option[] = [
  option(
    "--smiles <column>",
    "the column with SMILES strings (default: smiles, canonical_smiles, mol or structure)",
  ),
  option("--target <columns>", "the columns with labels (default: every column of numbers)", list),
  option("--split <file>", "a splits.json: how it divides these molecules").conflicts("splitColumn"),
  option("--fold <n>", "which of its splits, from 0 (default: 0)", whole(0)),
  option("--split-column <name>", "or a column that holds the split"),
  option("--json", "everything, for programs"),
];

/** Adds `describe` to the program. */
export function addDescribe(program: Command): void {
  withOptions(program.command("describe <data.csv>"), options)
    .description("what is in a file of molecules: bad rows, salts, duplicates, labels, scaffolds, sizes")
    .addHelpText(
      "after",
      `
Nothing is changed or written. A molecule that occurs twice with different labels limits what any model can reach, and in two parts of a
split it makes a test easier than new molecules are.

Examples:
  outrigger-molecular describe data.csv --target logS
  outrigger-molecular describe data.csv --target logS --split splits.json
  outrigger-molecular describe bace.csv --smiles mol --target Class --split-column Model --json`,
    )
    .action(async (path: string, { smiles, target, split, fold, splitColumn, json }: Given) => {
      const description = await describeFile(path, {
        ...(smiles !== undefined && { smiles }),
        ...(target && { targets: target }),
        ...(split !== undefined && { splits: split }),
        ...(fold !== undefined && { fold }),
        ...(splitColumn !== undefined && { column: splitColumn }),
      });
      print(json ? JSON.stringify(description, null, 2) : descriptionText(description));
    });
}
