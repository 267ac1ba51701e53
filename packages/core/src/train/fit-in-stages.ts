import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import { Random } from "../random.ts";
import type { Best, Stopped } from "./callback/event.ts";
import { type Fitted, fit } from "./fit.ts";
import type { EpochRecord } from "./history.ts";
import type { Method } from "./method.ts";
import type { Model } from "./model.ts";
import type { FitOptions } from "./options.ts";

/** One run of a schedule: what it does otherwise than the others. */
export interface Stage<B>
  extends Partial<Omit<FitOptions<B>, "start" | "directory" | "resume" | "signal" | "method" | "epochs">> {
  /** Name of its folder: letters, digits, "-", "_" and ".". */
  readonly name: string;
  readonly method: Method;
  readonly epochs: number;
}

/** How to train in stages: the stages, and what all of them share; see `fitInStages`. */
export interface StagesOptions<B> extends Omit<FitOptions<B>, "method" | "epochs"> {
  readonly stages: readonly Stage<B>[];
}

/** What became of one stage. */
export interface StageRecord {
  readonly name: string;
  readonly best: Best | null;
  readonly history: readonly EpochRecord[];
  readonly stopped: Stopped;
}

/** A model trained in stages: what the last one gave, and the records of all that were begun. */
export interface FittedInStages<B> extends Fitted<B> {
  readonly stages: readonly StageRecord[];
}

/**
 * Trains in stages: each is a run of `fit` that begins where the one before it ended, with its parameters and moving statistics and an optimiser
 * begun anew. So a schedule is a list: pre-train and fine-tune; pre-train, adapt (the trunk frozen) and fine-tune.
 *
 * A stage has the options of `fit` that all share, and its own on top of them. Stages keep their last parameters, and the last one those that
 * are best for the primary on validation, unless `keep` says otherwise. A stage that does not train the primary gives it weight 0
 * (`staticWeights`); validation then follows a head that is not trained. Random numbers of the first stage are those of `seed`, of the
 * others follow from it and the stage's name.
 *
 * With a `directory` every stage has a folder of its name there. A run that was killed continues bit for bit: stages that ended are
 * read, not trained again.
 *
 * Cost: that of the runs.
 *
 * Evidence: core/schedules in packages/core-bench/README.md.
 *
 * Papers: of pre-training and fine-tuning against joint training, Dery, Michel, Talwalkar and Neubig, "Should We Be Pre-training? An Argument
 * for End-task Aware Training as an Alternative", ICLR 2022, https://arxiv.org/abs/2109.07437; of the stage between, Liang, Wu, Han, Xu, Xu and
 * Liang, "Effective Adaptation in Multi-Task Co-Training for Unified Autonomous Driving", NeurIPS 2022, https://arxiv.org/abs/2209.08953,
 * whose adapters and prompts are the model's own affair.
 *
 * @returns what the last stage that was begun gave: the one in which `signal` was aborted, or the last
 * @throws OutriggerError "bad-option" for no stages, for names that are no names of folders or given twice, and for a feature method
 * before the last stage, since its layers make another model; and whatever `fit` throws.
 *
 * @example
 * const { params, stages } = await fitInStages(model, {
 *   tasks, train, validation, optimizer: adam(), seed: 0, directory: "runs/0",
 *   stages: [
 *     { name: "pre-train", method: staticWeights({ weights: [0, 1, 1] }), epochs: 20 },
 *     { name: "adapt", method: uniform(), frozen: ["trunk"], epochs: 5 },
 *     { name: "fine-tune", method: singleTask(), optimizer: adam({ learningRate: 1e-4 }), epochs: 20, patience: 5 },
 *   ],
 * });
 */
export async function fitInStages<B>(
  model: Model<B>,
  { stages, ...shared }: StagesOptions<B>,
): Promise<FittedInStages<B>> {
  checkStages(stages);
  const { seed, directory, signal } = shared;
  const records: StageRecord[] = [];
  let fitted: Fitted<B> | undefined;
  for (const [i, { name, ...own }] of stages.entries()) {
    await fitted?.dispose();
    const from = fitted && (await goingOn(model));
    fitted = await fit(from ?? model, {
      ...shared,
      seed: i === 0 ? seed : Random.seeded(seed, `stage ${name}`).integer(2 ** 31),
      keep: i === stages.length - 1 ? "best" : "last",
      ...own,
      ...(directory !== undefined && { directory: platform.path.join(directory, name) }),
      ...(fitted && { start: fitted.params }),
    });
    if (fitted.model === from) fitted = { ...fitted, model };
    const { best, history, stopped } = fitted;
    records.push({ name, best, history, stopped });
    if (stopped === "signal" || signal?.aborted === true) break;
  }
  return { ...fitted!, stages: records };
}

/** The model that begins with the state it is in now: `init` of a model may put its state back to that of before the first stage. */
async function goingOn<B>(model: Model<B>): Promise<Model<B>> {
  const { state } = model;
  if (state === undefined) return model;
  const now = await state.read();
  return {
    ...model,
    init(random) {
      const params = model.init(random);
      state.write(now);
      return params;
    },
  };
}

function checkStages<B>(stages: readonly Stage<B>[]): void {
  const refuse = (what: string): never => {
    throw new OutriggerError("bad-option", what, { stages: stages.map(({ name }) => name) });
  };
  if (stages.length === 0) refuse("stages is empty: give at least one, or use fit.");
  const names = stages.map(({ name }) => name);
  const wrong = names.find((name) => !/^[\w.-]*\w[\w.-]*$/.test(name));
  if (wrong !== undefined) {
    refuse(`A stage is named "${wrong}". A name is that of a folder: letters, digits, "-", "_" and ".".`);
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(`Two stages are named "${twice}". Give each its own name.`);
  const early = stages.slice(0, -1).find(({ method }) => "combine" in method);
  if (early !== undefined) {
    refuse(
      `Stage "${early.name}" trains with "${early.method.name}", whose layers the next stage's model does not have. Use it last.`,
    );
  }
}
