import { join } from "node:path";
import { parseArgs } from "node:util";
import { kFold } from "./folds.js";
import { judge } from "./judge.js";
import { readProblem, trainFold } from "./train.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    primary: { type: "string", default: "strength" },
    auxiliary: { type: "string", multiple: true, default: ["density"] },
    weight: { type: "string", default: "1" },
    folds: { type: "string", default: "10" },
    epochs: { type: "string", default: "100" },
    seed: { type: "string", default: "0" },
  },
});
const [path = join(import.meta.dirname, "concrete.csv")] = positionals;
const [weight, folds, epochs, seed] = [values.weight, values.folds, values.epochs, values.seed].map(Number);

const problem = readProblem(path, { primary: values.primary, auxiliaries: values.auxiliary });
const parts = kFold({ rows: problem.rows, folds, seed });
/** @type {number[]} */
const alone = [];
/** @type {number[]} */
const helped = [];
console.log(`fold  ${values.primary} alone  with ${values.auxiliary.join(", ")}`);
for (const [k, fold] of parts.entries()) {
  // The same split, the same first weights of trunk and head, the same order of batches: only the auxiliary differs.
  alone.push(await trainFold(problem, fold, { weight: 0, seed: seed + k, epochs }));
  helped.push(await trainFold(problem, fold, { weight, seed: seed + k, epochs }));
  console.log(`${String(k + 1).padStart(4)}  ${alone[k].toFixed(3)}  ${helped[k].toFixed(3)}`);
}

const share = parts[0].test.length / parts[0].train.length;
const { mean, low, high, verdict } = judge(helped, alone, share);
const show = (value) => value.toFixed(3);
console.log(`RMSE with minus alone: ${show(mean)} [${show(low)}, ${show(high)}]: ${verdict}`);
