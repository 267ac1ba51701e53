import {
  adam,
  array,
  arrayBatches,
  dense,
  fit,
  hardSharing,
  mlp,
  numericColumn,
  readColumns,
  regression,
  scaleAuxiliaries,
  singleTask,
  standardize,
  uniform,
} from "@outrigger/core";
import * as tf from "@tensorflow/tfjs";

/**
 * Reads a table: the columns that are no task are the inputs.
 *
 * @param {string} path
 * @param {{ primary: string, auxiliaries: string[] }} roles
 */
export function readProblem(path, { primary, auxiliaries }) {
  const table = readColumns({ path });
  const tasks = [primary, ...auxiliaries];
  const numbers = (name) => numericColumn(name, table.column(name), table.lines);
  const inputs = table.header.filter((name) => !tasks.includes(name)).map(numbers);
  const blank = inputs.find(({ mask }) => mask.includes(0));
  if (blank) throw new Error(`Input "${blank.name}" has blank cells: fill them, or leave the column out.`);
  return { rows: table.rows, inputs, labels: tasks.map(numbers), primary };
}

/** Inputs as an array [rows, features], with mean 0 and standard deviation 1 over the training rows. */
function inputsOf(columns, train) {
  const scaled = columns.map((column) => standardize(column, train).column.values);
  const rows = scaled[0].length;
  const cells = Float32Array.from({ length: rows * scaled.length }, (_, i) => {
    return scaled[i % scaled.length][Math.floor(i / scaled.length)];
  });
  return array(cells, [rows, scaled.length]);
}

/**
 * Trains on one fold, with the auxiliaries at a weight or, at weight 0, without them, and looks at the fold's test rows once.
 *
 * @param {ReturnType<typeof readProblem>} problem
 * @param {{ train: number[], validation: number[], test: number[] }} fold
 * @param {{ weight: number, seed: number, epochs?: number }} options
 * @returns {Promise<number>} root mean squared error of the primary, in its own unit
 */
export async function trainFold(problem, fold, { weight, seed, epochs = 100 }) {
  const { inputs, labels, primary } = problem;
  const scaled = labels.map((column) => ({ name: column.name, ...standardize(column, fold.train) }));
  const columns = Object.fromEntries(scaled.map(({ name, column }) => [name, column]));
  const cells = inputsOf(inputs, fold.train);
  const batches = (rows) => arrayBatches({ inputs: cells, columns, rows, batchSize: 32 });
  const head = dense({ inputs: 16, outputs: 1 });
  const model = hardSharing({
    layers: [mlp({ sizes: [inputs.length, 32, 16], activation: tf.tanh })],
    heads: Object.fromEntries(labels.map(({ name }) => [name, head])),
  });
  const fitted = await fit(model, {
    tasks: scaled.map(({ name, scaler }) =>
      regression({ name, role: name === primary ? "primary" : "auxiliary", scaler }),
    ),
    method: weight === 0 ? singleTask() : scaleAuxiliaries(uniform(), weight),
    optimizer: adam({ learningRate: 0.01 }),
    train: batches(fold.train),
    validation: batches(fold.validation),
    epochs,
    patience: 20,
    seed,
    progress: "none",
  });
  const found = await fitted.evaluate(batches(fold.test));
  await fitted.dispose();
  return /** @type {number} */ (found[primary].rmse);
}
