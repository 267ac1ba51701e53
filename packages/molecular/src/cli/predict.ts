import { option, real, whole, withOptions } from "@outrigger/core/command/options";
import type { Command } from "commander";
import { predictTable } from "../command/predict.ts";
import { readPredictor } from "../predictor/folder.ts";
import { warn } from "./warn.ts";

interface Given {
  readonly model: string;
  readonly out?: string;
  readonly smiles?: string;
  readonly level?: number;
  readonly dropout?: number;
  readonly chunk: number;
  readonly threads?: number;
}

const options = [
  option("--model <folder>", "what train made").default("model"),
  option("--out <file.csv>", "where predictions are written (default: here)"),
  option("--smiles <column>", "the column with SMILES strings (default: as in training, or the usual names)"),
  option(
    "--level <share>",
    "of molecules that the error bars are meant to hold (default: as in training)",
    real,
  ),
  option(
    "--dropout <passes>",
    "also the standard deviation over so many passes with dropout left on",
    whole(2),
  ),
  option("--chunk <rows>", "rows held at a time", whole(1)).default(1000),
  option("--threads <n>", "native threads", whole(1)),
];

export function addPredict(program: Command): void {
  withOptions(program.command("predict <data.csv>"), options)
    .description("predict the molecules of a table with error bars, row by row")
    .addHelpText(
      "after",
      `
All columns of the table are kept; added are, for every target, value, _sd (spread of the ensemble) and _low and _high (the interval) or _set (the
classes that cannot be ruled out), then the similarity to the nearest training molecule, that molecule, whether its scaffold was seen, and for a
row without a prediction the reason. A similarity below 0.3 or so means that the model is guessing. Files of any length: memory does not grow.

Examples:
  outrigger-molecular predict new.csv --model model --out predictions.csv
  outrigger-molecular predict new.csv.gz --model model --level 0.8 | head`,
    )
    .action(async (data: string, given: Given) => {
      const { model, out, smiles, level, dropout, chunk, threads } = given;
      const run = { spinning: false, ...(threads !== undefined && { threads }) };
      const predictor = await readPredictor(model, { run });
      predictor.notes.forEach(warn);
      const terminal = process.stderr.isTTY;
      const summary = await predictTable(predictor, data, {
        out: out ?? null,
        chunk,
        ...(smiles !== undefined && { smiles }),
        ...(level !== undefined && { level }),
        ...(dropout !== undefined && { dropoutPasses: dropout }),
        onProgress: (rows) => {
          if (terminal && out !== undefined) process.stderr.write(`\r\u001b[K${rows} rows`);
        },
      });
      await predictor.dispose();
      if (terminal && out !== undefined) process.stderr.write("\r\u001b[K");
      if (summary.invalid > 0) {
        warn(`${summary.invalid} of ${summary.rows} rows have no prediction; column "problem" says why:`);
        for (const { row, value, reason } of summary.problems)
          process.stderr.write(`  row ${row}, ${JSON.stringify(value)}: ${reason}\n`);
      }
      if (out !== undefined) process.stderr.write(`wrote ${out}: ${summary.rows} rows\n`);
    });
}
