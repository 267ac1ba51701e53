/** Appends rows that are not there yet until so many are, or the disk is full; says how many are kept. */
import { BenchError } from "@outrigger/bench/error";
import { ResultFile } from "@outrigger/bench/results/store";
import { toyRow } from "../../packages/bench/test/rows.ts";

const [, , path, count] = process.argv;
const file = new ResultFile(path!);
let kept = file.before.rows.length;
try {
  for (let seed = kept; seed < Number(count); seed++) {
    await file.append(toyRow({ seed }));
    kept++;
  }
} catch (error) {
  process.stdout.write(`${error instanceof BenchError ? `BenchError ${error.code}` : String(error)}\n`);
}
process.stdout.write(`kept ${kept}\n`);
