import { option, whole, withOptions } from "@outrigger/core/command/options";
import { print, writeOut } from "@outrigger/core/command/output";
import { short, textTable } from "@outrigger/core/command/text-table";
import type { Command } from "commander";
import { SYMBOLS } from "../molecule/elements.ts";
import { sharedRdkit } from "../molecule/rdkit.ts";
import { attribute } from "../predictor/attribution.ts";
import { attributionSvg } from "../predictor/attribution-svg.ts";
import { readPredictor } from "../predictor/folder.ts";

interface Given {
  readonly model: string;
  readonly target?: string;
  readonly out?: string;
  readonly threads?: number;
}

const options = [
  option("--model <folder>", "what train made").default("model"),
  option("--target <name>", "which of the targets (default: the first)"),
  option("--out <file.svg>", "the molecule with its atoms coloured: orange raises, blue lowers"),
  option("--threads <n>", "native threads", whole(1)),
];

export function addExplain(program: Command): void {
  withOptions(program.command("explain <smiles>"), options)
    .description("which atoms raise and lower the prediction for a molecule")
    .addHelpText(
      "after",
      `
Every atom is left out in turn, hydrogens in its place, and the molecule predicted again: what the prediction loses is the atom's share. Shares
do not add up to the prediction, and say what the model uses, not what causes the property.

Examples:
  outrigger-molecular explain "CC(=O)Oc1ccccc1C(=O)O"
  outrigger-molecular explain "CC(=O)Oc1ccccc1C(=O)O" --model model --out aspirin.svg`,
    )
    .action(async (smiles: string, { model, target, out, threads }: Given) => {
      const run = { spinning: false, ...(threads !== undefined && { threads }) };
      const predictor = await readPredictor(model, { run });
      const found = await attribute(predictor, smiles, target);
      await predictor.dispose();
      const rdkit = await sharedRdkit();
      const read = await rdkit.withMolecule(smiles, (molecule) => molecule.structure().atoms);
      const atoms = read.ok ? read.value : [];
      const rows = found.atoms.map((share, i) => [
        `${SYMBOLS[atoms[i]!.element] ?? "*"}${i + 1}`,
        short(found.value - share),
        short(share),
      ]);
      print(`${found.target} of ${smiles}: ${short(found.value)}\n`);
      print(textTable(["atom", "without it", "its share"], rows));
      if (out !== undefined) writeOut(out, await attributionSvg(found));
    });
}
