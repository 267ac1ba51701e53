import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import { leaves, type NDArray, type Tree } from "../graph/array.ts";
import type { CompileOptions } from "../graph/index.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import type { Procedure } from "../procedure/procedure.ts";
import type { FitCallback } from "./callback/event.ts";
import type { Fingerprint } from "./checkpoint.ts";
import { checkDiagnostics, type DiagnosticsOptions } from "./diagnostics/options.ts";
import { flatten, shapesOf } from "./flat.ts";
import type { EpochRecord } from "./history.ts";
import { initialState, isAggregator, isFeatureMethod, isProcedure, type Method, shapeOf } from "./method.ts";
import type { Batches, Host, Params } from "./model.ts";
import { type OnNonFinite, policies } from "./non-finite.ts";
import type { Task } from "./task.ts";

/** How to train; see `fit`. */
export interface FitOptions<B> extends Omit<CompileOptions, "random"> {
  /** One of them is the primary. */
  readonly tasks: readonly Task<B>[];
  /**
   * A rule that weighs the tasks, an aggregator, which combines whole gradients, a feature method, which works between trunk and heads, or a
   * procedure, which owns the step.
   */
  readonly method: Method;
  readonly optimizer: Optimizer;
  /**
   * Parts that keep their parameters byte for byte, by path: "trunk", "heads/logS", "trunk/0/kernel". Their gradients are zero for every
   * method, their optimiser's moments stay 0, and weight decay does not reach them; dropout and moving statistics there go on. A method that
   * looks at gradients sees those of the rest of the trunk. Default: none.
   */
  readonly frozen?: readonly string[];
  /**
   * Parameters to begin with in place of the model's own, such as those of an earlier run; to keep a trunk under new heads, put
   * them together: `{ ...model.init(random), trunk }`. Copied. Default: what `model.init` draws.
   */
  readonly start?: Params;
  /** Which parameters and moving statistics are returned: those of the epoch that is best on validation (default), or the last ones. */
  readonly keep?: "best" | "last";
  readonly train: Batches<Host<B>>;
  /** The primary's first metric on it selects the epoch. */
  readonly validation: Batches<Host<B>>;
  /** Held out from both, for methods that look at the primary on unseen data. */
  readonly dev?: Batches<Host<B>>;
  readonly epochs: number;
  /** Stop after so many epochs without a better validation metric. Default: never. */
  readonly patience?: number;
  /** Every random number of the run follows from it. */
  readonly seed: number;
  /** Gradients with a greater Euclidean norm over all parameters are scaled down to it. Default: never. */
  readonly maxGradientNorm?: number;
  /** What happens to a step with a loss or gradient that is not finite. Default "error". */
  readonly onNonFinite?: OnNonFinite;
  /**
   * How many steps may be one native call. Default 1. More save small networks the host's part of a call; it happens where the rule gives
   * its weights without seeing a step (fixed and random weights, and any rule's frozen phases), never across checkpoints and epochs.
   * Numbers are those of single steps. On the CPU the optimiser then runs in the graph in single precision, which rounds otherwise than
   * the pass outside of it, and is slower for large networks. `train` must give every batch arrays of its own.
   */
  readonly stepsPerCall?: number;
  /** What is recorded of the task gradients, and what the run is compared with. Changes no number of the run. Default: nothing. */
  readonly diagnostics?: DiagnosticsOptions;
  /** Where `checkpoint.safetensors`, `log.jsonl` and `diagnostics.jsonl` are kept. Default: nowhere. */
  readonly directory?: string;
  /** Steps between checkpoints, besides the one after every epoch. */
  readonly checkpointEvery?: number;
  /** Continue from the directory's checkpoint if there is one. Default true; false starts anew. */
  readonly resume?: boolean;
  /** Default "auto": a bar on a terminal, a line an epoch elsewhere, on standard error. */
  readonly progress?: "auto" | "none" | FitCallback;
  /** Told everything that happens, besides `progress`: `tensorBoard(path)`, say. */
  readonly callbacks?: readonly FitCallback[];
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Aborting it ends the run after the current step (or call of several), with a checkpoint. */
  readonly signal?: AbortSignal;
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return;
  throw new OutriggerError("bad-option", `${name} must be a positive integer, not ${value}.`, {
    [name]: value,
  });
}

/** Methods other than rules learn from every step before the next; those that combine gradients look at no second batch. */
function checkMethod<B>({ method, stepsPerCall = 1, dev, onNonFinite = "error" }: FitOptions<B>): void {
  const procedure = isProcedure(method);
  if (!isAggregator(method) && !isFeatureMethod(method) && !procedure) return;
  const said = isAggregator(method) ? `The aggregator "${method.name}"` : `"${method.name}"`;
  if (stepsPerCall > 1) {
    const what = `${said} learns from every step before the next: leave stepsPerCall out, or use a weighting rule.`;
    throw new OutriggerError("bad-option", what, { method: method.name, stepsPerCall });
  }
  if (procedure && onNonFinite !== "error") {
    const what = `A step of "${method.name}" changes more than parameters, so none is passed over: leave onNonFinite out.`;
    throw new OutriggerError("bad-option", what, { method: method.name, onNonFinite });
  }
  if (dev !== undefined && !procedure) {
    const what = `${said} looks at no held-out gradients: leave \`dev\` out.`;
    throw new OutriggerError("bad-option", what, { method: method.name });
  }
}

/** @throws OutriggerError "bad-option" for what cannot be trained with. */
export function checkOptions<B>(options: FitOptions<B>): void {
  const { tasks, epochs, patience, checkpointEvery, stepsPerCall, maxGradientNorm } = options;
  checkCount("epochs", epochs);
  checkCount("patience", patience);
  checkCount("checkpointEvery", checkpointEvery);
  checkCount("stepsPerCall", stepsPerCall);
  if (maxGradientNorm !== undefined && !(maxGradientNorm > 0)) {
    throw new OutriggerError("bad-option", `maxGradientNorm must be positive, not ${maxGradientNorm}.`, {
      maxGradientNorm,
    });
  }
  checkDiagnostics(options.diagnostics);
  checkMethod(options);
  const { onNonFinite = "error", keep = "best" } = options;
  if (keep !== "best" && keep !== "last") {
    throw new OutriggerError("bad-option", `keep must be "best" or "last", not ${String(keep)}.`, { keep });
  }
  if (!policies.includes(onNonFinite)) {
    const what = `onNonFinite must be one of ${policies.join(", ")}, not ${onNonFinite}.`;
    throw new OutriggerError("bad-option", what, { onNonFinite });
  }
  const primaries = tasks.filter(({ role }) => role === "primary");
  if (primaries.length !== 1) {
    const found = primaries.length === 0 ? "none" : primaries.map(({ name }) => name).join(", ");
    throw new OutriggerError("bad-option", `Exactly one task must have role "primary"; found ${found}.`, {
      found,
    });
  }
  const twice = tasks.find(({ name }, k) => tasks.findIndex((task) => task.name === name) !== k);
  if (twice !== undefined) {
    throw new OutriggerError("bad-option", `Two tasks are named "${twice.name}". Give each its own name.`, {
      task: twice.name,
    });
  }
  const blind = tasks.find((task) => task.metrics?.length && !(task.predict && task.labels));
  if (blind !== undefined) {
    throw new OutriggerError(
      "bad-option",
      `Task "${blind.name}" has metrics, so it needs \`predict\` and \`labels\` too.`,
      { task: blind.name },
    );
  }
}

/** Hash of the first batch in fixed order: other data, or another batch size, give another one. */
function dataHash(batches: Batches<unknown>): string {
  const hash = platform.crypto.createHash("sha256");
  for (const batch of batches.epoch(null)) {
    for (const { dtype, shape, data } of leaves<NDArray>(batch as Tree<NDArray>)) {
      hash.update(`${dtype}[${shape.join()}]`);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    break;
  }
  return `${batches.size} batches ${hash.digest("hex").slice(0, 16)}`;
}

/** Each of a procedure's settings under a name of its own, so that an error names the one that differs. */
const settingsOf = ({ settings }: Procedure): Fingerprint =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`method's ${name}`, JSON.stringify(value)]),
  );

function valuesHash(params: Params): string {
  const { data } = flatten(params);
  return platform.crypto.createHash("sha256").update(new Uint8Array(data.buffer)).digest("hex").slice(0, 16);
}

/**
 * What decides a run's numbers, as far as it can be seen from outside: how long to train, patience, threads and runtime are left
 * out, so that a finished run can be prolonged.
 */
export function fingerprintOf<B>(options: FitOptions<B>, params: Params): Fingerprint {
  const { tasks, method, optimizer, train, validation, dev, seed, maxGradientNorm } = options;
  const { onNonFinite = "error", frozen = [], start } = options;
  const primary = tasks.findIndex(({ role }) => role === "primary");
  const shape = shapeOf(params.trunk, tasks.length, primary);
  return {
    seed: `${seed}`,
    tasks: tasks.map(({ name, role }) => `${name} (${role})`).join(", "),
    method: `${method.name} ${JSON.stringify(initialState(method, shape))}`,
    ...(isProcedure(method) && settingsOf(method)),
    optimizer: describeOptimizer(optimizer),
    maxGradientNorm: `${maxGradientNorm ?? "none"}`,
    onNonFinite,
    parameters: platform.crypto.createHash("sha256").update(shapesOf(params)).digest("hex").slice(0, 16),
    train: dataHash(train),
    validation: dataHash(validation),
    dev: dev === undefined ? "none" : dataHash(dev),
    // Named where they are used only: checkpoints of before there were any still fit.
    ...(frozen.length > 0 && { frozen: [...frozen].sort().join(", ") }),
    ...(start && { start: valuesHash(start) }),
  };
}
