import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import { Random } from "../random.ts";
import type { Best, FitCallback, Stopped } from "./callback/event.ts";
import { JsonLines } from "./callback/json-lines.ts";
import { progress as automatic } from "./callback/progress.ts";
import { type RunState, readCheckpoint, resumable, writeCheckpoint } from "./checkpoint.ts";
import { Cursor } from "./cursor.ts";
import { Diary } from "./diagnostics/diary.ts";
import { watchOf } from "./diagnostics/options.ts";
import { Comparison } from "./diagnostics/transfer.ts";
import { diskError } from "./disk.ts";
import { type Evaluation, Evaluator } from "./evaluate.ts";
import { checkParams, flatten } from "./flat.ts";
import { checkFrozen } from "./freeze.ts";
import { addStep, type EpochRecord, type EpochSums, emptySums, recordOf } from "./history.ts";
import { trainedModel } from "./inserted.ts";
import { KeptState } from "./kept-state.ts";
import { isAggregator, isProcedure } from "./method.ts";
import type { Batches, Host, Model, Params } from "./model.ts";
import { checkOptions, type FitOptions, fingerprintOf } from "./options.ts";
import { startingAt } from "./start.ts";
import { Stepper } from "./step.ts";

export type { FitOptions } from "./options.ts";

/** A trained model. */
export interface Fitted<B> {
  /** What the parameters belong to: the model given, or with a feature method the one that has its layers. */
  readonly model: Model<B>;
  /** Parameters of the best epoch on validation; the last ones with `keep: "last"`. */
  readonly params: Params;
  /** Parameters after the last step. */
  readonly last: Params;
  /** Null only for a run that was aborted before its first epoch ended. */
  readonly best: Best | null;
  readonly history: readonly EpochRecord[];
  readonly stopped: Stopped;
  /** Loss and metrics of every task, with `params`. */
  evaluate(batches: Batches<Host<B>>): Promise<Evaluation>;
  /** One prediction a sample and task, in fixed order, with `params`; the raw output, row by row, for tasks without `predict`. */
  predict(batches: Batches<Host<B>>): Promise<Record<string, Float64Array>>;
  /** Frees the native sessions; evaluate and predict then compile again. */
  dispose(): Promise<void>;
}

/** Lets signals and timers in, at most every 50 ms: native calls may return without the event loop turning. */
function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 50) return;
    await platform.pause();
    last = performance.now();
  };
}

/**
 * Trains a trunk and its heads on all tasks under a weighting rule or an aggregator of gradients, and keeps the epoch that is best for
 * the primary.
 *
 * Selection and early stopping look at the primary's first metric on `validation` only (its loss, if it has no metric); the test
 * split never comes in. With a `directory`, a run that was killed continues bit for bit: same machine, same thread count, same
 * weights as if nothing had happened.
 *
 * Parts of the model can stay as they are (`frozen`), and training can begin from given parameters (`start`); `fitInStages` makes a
 * schedule of several such runs.
 *
 * A task without a label in a batch has loss 0 and gradient 0 there, and shows the rule its latest known loss (1 before the
 * first); so rules neither take it for solved nor see a jump.
 *
 * @throws OutriggerError "bad-option" (options that cannot be trained with, or a checkpoint of other options), "bad-model",
 * "bad-data" (a task without any label in training, a selection metric that validation cannot give), "non-finite" (loss, weight,
 * gradient or prediction; names task and step), "unsupported" (a rule needs `dev`), "disk" (the last checkpoint survives).
 *
 * @example
 * const { params, best, evaluate } = await fit(model, {
 *   tasks: [regression({ name: "logS", role: "primary", scaler }), regression({ name: "clogP", role: "auxiliary" })],
 *   method: uncertainty(), optimizer: adam({ learningRate: 1e-3 }), train, validation, epochs: 60, patience: 10, seed: 0,
 * });
 * const { logS } = await evaluate(test);
 */
export async function fit<B>(model: Model<B>, options: FitOptions<B>): Promise<Fitted<B>> {
  checkOptions(options);
  const {
    tasks,
    epochs,
    patience = Number.POSITIVE_INFINITY,
    seed,
    directory,
    checkpointEvery,
    stepsPerCall = 1,
    signal,
  } = options;
  const { method, optimizer, train, validation, dev, maxGradientNorm, diagnostics } = options;
  const { frozen = [], start, keep = "best" } = options;
  const { runtime, device, threads, spinning } = options;
  const names = tasks.map(({ name }) => name);
  const primary = tasks.find(({ role }) => role === "primary")!;
  const metric = primary.metrics?.[0] ?? { name: "loss", better: "lower" as const };
  const notify = listeners(options);
  const { compareWith } = diagnostics ?? {};
  const comparison = compareWith && new Comparison(compareWith, { ...metric, task: primary.name });

  const trained = trainedModel(model, method, train);
  const begun = start === undefined ? trained : trainedModel(startingAt(model, start), method, train);
  const init = checkParams(begun.init(Random.seeded(seed, "init")));
  checkFrozen(frozen, init, method);
  const kept = await KeptState.of(trained);
  const streams = {
    dropout: Random.seeded(seed, "dropout"),
    method: Random.seeded(seed, "method"),
    dev: Random.seeded(seed, "dev"),
    other: Random.seeded(seed, "other"),
  };
  const compile = { runtime, device, threads, spinning };
  const stepper = new Stepper({
    model: trained,
    tasks,
    method,
    optimizer,
    frozen,
    params: init,
    streams,
    dev,
    other: train,
    maxGradientNorm,
    stepsPerCall,
    onNonFinite: options.onNonFinite,
    watch: watchOf(diagnostics),
    compile,
  });
  const evaluator = new Evaluator(trained, tasks, compile);
  const cursor = new Cursor(train, Random.seeded(seed, "shuffle"));
  const bestParams = flatten(init);

  let epoch = 0;
  let sums = emptySums(tasks.length);
  let history: EpochRecord[] = [];
  let best: Best | null = null;
  let stopped: Stopped | null = null;

  const path = directory === undefined ? undefined : platform.path.join(directory, "checkpoint.safetensors");
  const fingerprint = path === undefined ? {} : fingerprintOf(options, init);
  const { slots, memory } = stepper;
  const arrays = { fingerprint, slots, memory, params: stepper.params.tree, best: bestParams.tree, kept };
  const saved = path === undefined || options.resume === false ? null : readCheckpoint(path, arrays);
  if (saved !== null) {
    ({ epoch, sums, best, stopped } = saved);
    history = [...saved.history];
    comparison?.resume(history);
    stepper.restore(saved.step);
    streams.dropout.state = saved.streams.dropout;
    streams.method.state = saved.streams.method;
    cursor.restore(saved.position);
    kept.push("now");
    // A run that ended can be prolonged by more epochs or more patience.
    if (stopped === "signal" || (epoch < epochs && !impatient(epoch, best, patience))) stopped = null;
  }
  const log = openLog(directory, "log.jsonl", saved?.logBytes);
  // Opened by runs without diagnostics too: what an earlier run left there is cut off.
  const lines = openLog(directory, "diagnostics.jsonl", saved?.diagnosticsBytes);
  const diary = new Diary({ names, weighs: !isAggregator(method), comparison, lines, notify });
  const save = async (): Promise<void> => {
    if (path === undefined) return;
    await stepper.sync();
    await kept.pull();
    const state: RunState = {
      epoch,
      position: cursor.position,
      step: stepper.state,
      streams: { dropout: streams.dropout.state, method: streams.method.state },
      sums,
      history,
      best,
      logBytes: log?.bytes ?? 0,
      diagnosticsBytes: lines?.bytes ?? 0,
      stopped,
    };
    writeCheckpoint(path, { ...arrays, state });
  };

  notify({
    kind: "start",
    epochs,
    steps: train.size,
    parameters: stepper.params.data.length,
    resumedAt: stepper.step,
  });
  const breathe = breather();
  try {
    while (stopped === null) {
      let done = cursor.taken;
      const batches = cursor.take(Math.min(stepsPerCall, untilCheckpoint(stepper.step, checkpointEvery)));
      if (batches.length > 0) {
        for await (const report of stepper.runs(batches, epoch)) {
          addStep(sums, report);
          diary.step(report, epoch);
          const loss = report.losses[tasks.indexOf(primary)]!;
          notify({ kind: "step", epoch, epochs, done: ++done, steps: train.size, loss });
          await breathe();
        }
        if (signal?.aborted === true) stopped = "signal";
        if (stopped !== null || (checkpointEvery !== undefined && stepper.step % checkpointEvery === 0))
          await save();
        continue;
      }
      await stepper.sync();
      const evaluation = await evaluator.evaluate(
        stepper.params.tree,
        validation,
        `after step ${stepper.step}`,
      );
      requireSteps(sums, epoch);
      const record = recordOf(sums, names, { epoch, step: stepper.step, validation: evaluation });
      requireTrained(record, isProcedure(method) && method.sampled ? [primary.name] : names);
      const value = selected(evaluation, primary.name, metric.name);
      if (best === null || (metric.better === "lower" ? value < best.value : value > best.value)) {
        best = { epoch, value };
        bestParams.data.set(stepper.params.data);
        await kept.keepAsBest();
      }
      history.push(record);
      log?.write(record);
      options.onEpoch?.(record);
      notify({ kind: "epoch", epochs, record, metric: metric.name, value, best });
      epoch++;
      sums = emptySums(tasks.length);
      if (epoch >= epochs) stopped = "epochs";
      else if (impatient(epoch, best, patience)) stopped = "patience";
      diary.epoch(record, stopped !== null);
      await save();
    }
    await stepper.sync();
    notify({ kind: "end", stopped, best });
  } catch (error) {
    await evaluator.dispose();
    throw path === undefined || options.resume === false ? error : resumable(error, path);
  } finally {
    await stepper.dispose();
  }
  // Before the first epoch ended there is no best epoch: the latest parameters are all there is.
  const latest = best === null || keep === "last";
  if (!latest) kept.push("best");
  const params = latest ? flatten(stepper.params.tree).tree : bestParams.tree;
  return {
    model: trained,
    params,
    last: stepper.params.tree,
    best,
    history,
    stopped,
    evaluate: (batches) => evaluator.evaluate(params, batches),
    predict: (batches) => evaluator.predict(params, batches),
    dispose: () => evaluator.dispose(),
  };
}

const untilCheckpoint = (step: number, every: number = Number.POSITIVE_INFINITY): number =>
  every - (step % every);

const impatient = (epoch: number, best: Best | null, patience: number): boolean =>
  best !== null && epoch - 1 - best.epoch >= patience;

function listeners<B>({ progress = "auto", callbacks = [] }: FitOptions<B>): FitCallback {
  const shown = progress === "auto" ? automatic() : progress;
  const all = shown === "none" ? callbacks : [shown, ...callbacks];
  return (event) => {
    for (const listen of all) listen(event);
  };
}

/** @param bytes what the checkpoint says was written */
function openLog(directory: string | undefined, name: string, bytes = 0): JsonLines | undefined {
  if (directory === undefined) return undefined;
  try {
    platform.fs.mkdirSync(directory, { recursive: true });
    return new JsonLines(platform.path.join(directory, name), bytes);
  } catch (error) {
    throw diskError(directory, error);
  }
}

/** @throws OutriggerError "non-finite" for an epoch of which every step was skipped. */
function requireSteps({ steps, skipped }: EpochSums, epoch: number): void {
  if (steps > 0) return;
  const what = `All ${skipped} steps of epoch ${epoch} were skipped, because a loss or gradient was not finite in each.`;
  throw new OutriggerError("non-finite", `${what} Leave \`onNonFinite\` out to see which.`, { epoch });
}

/**
 * @throws OutriggerError "bad-data" for one of the tasks named that had no label in a whole epoch, "non-finite" where it was left out of the
 * steps in which it had.
 */
function requireTrained({ losses, dropped, epoch }: EpochRecord, names: readonly string[]): void {
  const unseen = names.find((name) => losses[name] === null);
  if (unseen === undefined) return;
  const left = dropped[unseen]!;
  if (left > 0) {
    const said = `Task "${unseen}" was left out of ${left} ${left === 1 ? "step" : "steps"} of epoch ${epoch}`;
    const why = "because its loss was not finite, and had labels in no other";
    throw new OutriggerError("non-finite", `${said} ${why}. Leave \`onNonFinite\` out to see why.`, {
      task: unseen,
      epoch,
    });
  }
  const cure = "Remove the task, or use a split in which it has labels";
  throw new OutriggerError("bad-data", `Task "${unseen}" has no label in the training data. ${cure}.`, {
    task: unseen,
  });
}

function selected(evaluation: Evaluation, task: string, metric: string): number {
  const value = evaluation[task]?.[metric];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new OutriggerError(
    "bad-data",
    `The validation data give no ${metric} for the primary "${task}": they have no label of it, or one class only. Use a larger or another validation split.`,
    { task, metric },
  );
}
