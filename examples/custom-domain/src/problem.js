import { array, arrayBatches, column, Random, standardize } from "@outrigger/core";

/** Samples of a record. */
export const length = 64;
const parts = { labelled: 32, train: 256, validation: 64, test: 256 };

/**
 * SIMULATED. Records of a bearing's vibration, x_t = load sin(2π speed t / 64 + φ) + wear sin(2π 3.2 speed t / 64 + ψ) + noise, with speed in
 * turns a record from 2 to 6, load from 0.5 to 1.5, wear from 0 to 1, phases φ and ψ of any angle, and noise of 0.3.
 *
 * The primary is wear, which is known for 32 training records: somebody had to open the machine. The auxiliaries, speed and load, are known
 * for all of them, for the machine writes them down, but not when a record is judged.
 *
 * @param {number} seed of everything drawn
 * @param {{ shuffled?: boolean }} [options] shuffled gives every auxiliary label to another record: what is left is regularisation
 */
export function problem(seed, { shuffled = false } = {}) {
  const random = Random.seeded(seed, "bearings");
  const count = parts.train + parts.validation + parts.test;
  const between = (low, high) => low + (high - low) * random.uniform();
  const machines = Array.from({ length: count }, () => ({
    speed: between(2, 6),
    load: between(0.5, 1.5),
    wear: between(0, 1),
    phases: [between(0, 2 * Math.PI), between(0, 2 * Math.PI)],
  }));
  const records = new Float32Array(count * length);
  for (const [row, { speed, load, wear, phases }] of machines.entries()) {
    for (let t = 0; t < length; t++) {
      const angle = (2 * Math.PI * speed * t) / length;
      const turning = load * Math.sin(angle + phases[0]);
      const rattling = wear * Math.sin(3.2 * angle + phases[1]);
      records[row * length + t] = turning + rattling + 0.3 * random.normal();
    }
  }

  const rows = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
  const trainRows = rows(0, parts.train);
  const other = (row) => (shuffled && row < parts.train ? (row + parts.train / 2) % parts.train : row);
  const known = (row) => row < parts.labelled || row >= parts.train;
  const label = (name, of) => standardize(column(name, machines.map(of)), trainRows);
  const labels = {
    wear: label("wear", ({ wear }, row) => (known(row) ? wear : null)),
    speed: label("speed", (_, row) => machines[other(row)].speed),
    load: label("load", (_, row) => machines[other(row)].load),
  };
  const columns = Object.fromEntries(Object.entries(labels).map(([name, { column }]) => [name, column]));
  const inputs = array(records, [count, length]);
  const batches = (from, to) => arrayBatches({ inputs, columns, rows: rows(from, to), batchSize: 64 });
  const end = parts.train + parts.validation;
  return {
    scalers: { wear: labels.wear.scaler, speed: labels.speed.scaler, load: labels.load.scaler },
    train: batches(0, parts.train),
    validation: batches(parts.train, end),
    test: batches(end, count),
  };
}
