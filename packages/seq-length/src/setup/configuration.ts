import { OutriggerError } from "@outrigger/core/error";
import { auxiliaryNamed } from "../catalogue/auxiliaries.ts";
import { named } from "../catalogue/named.ts";
import { takesSymbols, taskNamed } from "../catalogue/tasks.ts";
import { type SequenceTask, sequenceLength } from "../task/task.ts";

/** Position ids that tokens can get, and what each does. */
export const idRules: ReadonlyMap<string, string> = new Map([
  ["consecutive", "0, 1, 2, …"],
  ["randomized", "a sorted random draw of 0 … id-range - 1, in training and test"],
  ["offset", "0, 1, 2, … after a random start in training, from 0 in test"],
  ["coupled", "tokens of equal role share an id (with a random start for learned tables)"],
  ["abacus", "1, 2, 3, … within every number, else 0 (with a random start)"],
]);

/** Everything that decides a training, with names for what is made of code. Plain JSON; option `auxiliary` of the command is `auxiliary` here. */
export interface Configuration {
  readonly task: string;
  /** How many symbols the task is over; absent where it has an alphabet of its own. */
  readonly symbols?: number;
  /** n: the longest length of the main task in training. */
  readonly trainLength: number;
  /** The shortest length of the main task in training. */
  readonly shortest: number;
  /** N_max: lengths that restrictions come from. */
  readonly long: number;
  readonly position: string;
  /** A name among {@link idRules}. */
  readonly ids: string;
  /** L: ids are 0 … L - 1 in tables and in draws. */
  readonly idRange: number;
  readonly scale: string;
  readonly auxiliary: readonly string[];
  /** Part of all auxiliaries together, by steps or rows. */
  readonly share: number;
  readonly mixing: "steps" | "rows";
  readonly steps: number;
  readonly batch: number;
  readonly size: number;
  readonly heads: number;
  readonly layers: number;
  readonly loops: number;
  readonly learningRate: number;
  readonly seed: number;
}

/**
 * A configuration from what is given, the rest by default: reversal, trained up to length 10 with rotary positions and restrictions of
 * instances up to 50, 2 layers of width 64 with 4 heads, 2,000 steps of 64 sequences.
 *
 * `idRange` is by default the tokens of the longest sequence (100 more for Abacus), for randomized ids the next power of two; `symbols` 50, or `long` if
 * that is more.
 *
 * @throws OutriggerError `bad-option` for an unknown name, or numbers that cannot be trained with.
 */
export function configuration(given: Partial<Configuration> = {}): Configuration {
  checkGiven(given);
  const name = given.task ?? "reverse";
  const trainLength = given.trainLength ?? 10;
  const long = given.long ?? 5 * trainLength;
  const symbols = given.symbols ?? (takesSymbols(name) ? Math.max(50, long) : undefined);
  const task = taskNamed(name, symbols);
  const position = given.position ?? "rope";
  const ids = given.ids ?? (position === "abacus" || position === "coupled" ? position : "consecutive");
  named("rule of position ids", idRules, ids);
  const made: Configuration = {
    task: name,
    ...(symbols !== undefined && { symbols }),
    trainLength,
    shortest: given.shortest ?? Math.min(trainLength, Math.max(2, task.minimum)),
    long,
    position,
    ids,
    idRange: given.idRange ?? defaultRange(ids, sequenceLength(task, long)),
    scale: given.scale ?? "none",
    auxiliary: given.auxiliary ?? ["restriction"],
    share: given.share ?? 0.5,
    mixing: given.mixing ?? "steps",
    steps: given.steps ?? 2000,
    batch: given.batch ?? 64,
    size: given.size ?? 64,
    heads: given.heads ?? 4,
    layers: given.layers ?? 2,
    loops: given.loops ?? 1,
    learningRate: given.learningRate ?? 2e-3,
    seed: given.seed ?? 0,
  };
  check(made, task);
  return made;
}

/** The least and the most of every whole number. What a model or a sequence of a greater size needs, no machine has. */
const wholes: Readonly<Record<string, readonly [least: number, most: number]>> = {
  symbols: [1, 100_000],
  trainLength: [1, 100_000],
  shortest: [0, 100_000],
  long: [1, 100_000],
  idRange: [1, 1_000_000],
  steps: [1, Number.MAX_SAFE_INTEGER],
  batch: [1, 1_000_000],
  size: [1, 65_536],
  heads: [1, 65_536],
  layers: [1, 1000],
  loops: [1, 1000],
  seed: [0, Number.MAX_SAFE_INTEGER],
};

/** Types and ranges of what is given, before anything is made of it: it may come from a file. */
function checkGiven(given: Partial<Configuration>): void {
  const refuse = (name: string, value: unknown, wanted: string): never => {
    const said = `${flagOf(name)} ${JSON.stringify(value)}: give ${wanted}.`;
    throw new OutriggerError("bad-option", said, { option: name });
  };
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new OutriggerError("bad-option", "The configuration is no record of options.");
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    const [least, most] = wholes[name] ?? [];
    if (least !== undefined) {
      if (!(Number.isInteger(value) && Number(value) >= least && Number(value) <= most!))
        refuse(name, value, `a whole number from ${least} to ${most}`);
    } else if (name === "auxiliary") {
      if (!Array.isArray(value) || !value.every((each) => typeof each === "string"))
        refuse(name, value, "a list of names");
    } else if (name === "mixing") {
      if (value !== "steps" && value !== "rows") refuse(name, value, "steps or rows");
    } else if (name === "share" || name === "learningRate") {
      if (!Number.isFinite(value)) refuse(name, value, "a number");
    } else if (!["task", "position", "ids", "scale"].includes(name)) {
      refuse(name, value, "options that there are");
    } else if (typeof value !== "string") refuse(name, value, "a name");
  }
}

function defaultRange(ids: string, tokens: number): number {
  if (ids === "randomized") return 2 ** Math.ceil(Math.log2(tokens));
  return ids === "abacus" ? tokens + 100 : tokens;
}

function check(made: Configuration, task: SequenceTask): void {
  const refuse = (what: string): never => {
    throw new OutriggerError("bad-option", what);
  };
  const { auxiliary, trainLength, shortest, long, share, learningRate, ids } = made;
  for (const name of auxiliary) auxiliaryNamed(name, made.symbols);
  if (shortest < task.minimum || shortest > trainLength)
    refuse(
      `--shortest ${shortest}: lengths of ${task.name} go from ${task.minimum}, and the longest in training is ${trainLength}.`,
    );
  if (long < trainLength) refuse(`--long ${long}: give at least the training length, ${trainLength}.`);
  if (auxiliary.length > 0 && !(share > 0 && share < 1))
    refuse(`--share ${share}: give a number between 0 and 1, or --auxiliary none.`);
  if (!(learningRate > 0)) refuse(`--learning-rate ${learningRate}: give a number above 0.`);
  if (ids === "coupled" && task.coupling?.known !== true) {
    const why = task.coupling ? "its coupled ids follow from the answer" : "it has no coupled ids";
    refuse(`--ids coupled: ${task.name} cannot be tested with them, for ${why}.`);
  }
  if (ids === "abacus" && auxiliary.some((name) => name.includes("restriction")))
    refuse(
      "--ids abacus: they are for whole numbers, and restrictions leave digits out. Give --auxiliary none or a hint.",
    );
}

/** `trainLength` as `--train-length`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The options in which two configurations differ. */
export function differences(a: Configuration, b: Configuration): (keyof Configuration)[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof Configuration)[];
  return names.filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
}

/** An option's value in words. */
export function valueOf(configuration: Configuration, name: keyof Configuration): string {
  const value = configuration[name];
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(" ");
  return String(value ?? "none");
}
