import type { Environment, ObservationBuffer, ObservationSpace } from "../environment.ts";
import { observationSize } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import { type Batch, checkBatch } from "./batch.ts";
import { checkAction } from "./check-action.ts";

/**
 * What happens when an episode ends, in Gymnasium's terms.
 * - `next-step`: the observation is the episode's last one. The next step ignores the action, resets, and has reward 0.
 * - `same-step`: the environment resets at once. The observation is the new episode's first one; the last one of the old
 *   episode goes to `finalObservations`.
 * - `disabled`: nothing; the caller resets before the next step.
 */
export type AutoresetMode = "next-step" | "same-step" | "disabled";

/** An episode that ended in the last step. */
export interface Episode {
  /** Which environment. */
  readonly environment: number;
  /** The sum of its rewards, undiscounted. */
  readonly return: number;
  /** Its steps, without that of the reset. */
  readonly length: number;
}

export interface VectorState {
  readonly environments: readonly unknown[];
  readonly ended: readonly boolean[];
  readonly returns: readonly number[];
  readonly lengths: readonly number[];
}

/** Several environments of one kind, stepped together. */
export interface VectorEnvironment {
  readonly name: string;
  readonly count: number;
  readonly observation: ObservationSpace;
  readonly actions: readonly string[];
  readonly autoreset: AutoresetMode;
  /**
   * Starts episodes and writes their first observations: of all environments, or of those where `which` is not 0.
   *
   * @throws RlGvfError `shape` if a buffer does not fit.
   */
  reset(batch: Batch, which?: ArrayLike<number>): void;
  /**
   * One action an environment; writes observations, rewards and flags, and returns the episodes that ended.
   *
   * @throws RlGvfError `bad-action`; `shape` if a buffer does not fit; `episode-over` in mode `disabled` if an environment was not
   * reset after its end. No environment is stepped then.
   */
  step(actions: ArrayLike<number>, batch: Batch): Episode[];
  /** Plain JSON. Observations are not part of it: `observe` writes them again. */
  save(): VectorState;
  load(state: VectorState): void;
  /** Writes the present observations without a step. */
  observe(batch: Batch): void;
}

/**
 * Steps environments of one kind together, each in its own slot of the batch.
 *
 * Environment i does exactly what it would do alone. Cost: that of the steps; the batch is the caller's and nothing is
 * allocated for observations.
 *
 * @throws RlGvfError `bad-option` if there is no environment, or if they differ in observation or actions.
 */
export function vectorEnvironment(
  environments: readonly Environment[],
  { autoreset = "next-step" }: { readonly autoreset?: AutoresetMode } = {},
): VectorEnvironment {
  const count = environments.length;
  const { name, observation, actions: actionNames } = checkAlike(environments);
  const size = observationSize(observation);
  let ended = environments.map(() => false);
  let returns = environments.map(() => 0);
  let lengths = environments.map(() => 0);

  const start = (i: number): void => {
    environments[i]!.reset();
    ended[i] = false;
    returns[i] = 0;
    lengths[i] = 0;
  };
  const stepOne = (i: number, action: number, batch: Batch, episodes: Episode[]): void => {
    const environment = environments[i]!;
    const { reward, terminated, truncated } = environment.step(action);
    returns[i]! += reward;
    lengths[i]!++;
    batch.rewards[i] = reward;
    batch.terminated[i] = terminated ? 1 : 0;
    batch.truncated[i] = truncated ? 1 : 0;
    ended[i] = terminated || truncated;
    if (!ended[i]) return;
    episodes.push({ environment: i, return: returns[i]!, length: lengths[i]! });
    if (autoreset !== "same-step") return;
    environment.observe(finalsOf(batch), i * size);
    start(i);
  };

  return {
    name,
    count,
    observation,
    actions: actionNames,
    autoreset,
    reset(batch, which) {
      checkBatch(batch, observation, count, autoreset);
      for (let i = 0; i < count; i++) {
        if (which !== undefined && !which[i]) continue;
        start(i);
        environments[i]!.observe(batch.observations, i * size);
        clear(batch, i);
      }
    },
    step(actions, batch) {
      checkBatch(batch, observation, count, autoreset);
      if (actions.length !== count) {
        throw new RlGvfError("shape", `${count} environments need ${count} actions, not ${actions.length}.`);
      }
      for (let i = 0; i < count; i++) checkAction({ name, actions: actionNames }, actions[i]!);
      if (autoreset === "disabled") checkRunning(ended);
      const episodes: Episode[] = [];
      for (let i = 0; i < count; i++) {
        if (ended[i]) {
          start(i);
          clear(batch, i);
        } else stepOne(i, actions[i]!, batch, episodes);
        environments[i]!.observe(batch.observations, i * size);
      }
      return episodes;
    },
    observe(batch) {
      checkBatch(batch, observation, count, autoreset);
      for (let i = 0; i < count; i++) environments[i]!.observe(batch.observations, i * size);
    },
    save: () => ({
      environments: environments.map((environment) => environment.save()),
      ended: [...ended],
      returns: [...returns],
      lengths: [...lengths],
    }),
    load(state) {
      if (state.environments.length !== count) {
        throw new RlGvfError(
          "bad-state",
          `The state is of ${state.environments.length} environments; there are ${count} here. Make as many as were saved.`,
        );
      }
      for (const [i, environment] of environments.entries()) environment.load(state.environments[i]);
      ended = [...state.ended];
      returns = [...state.returns];
      lengths = [...state.lengths];
    },
  };
}

function clear(batch: Batch, i: number): void {
  batch.rewards[i] = 0;
  batch.terminated[i] = 0;
  batch.truncated[i] = 0;
}

function finalsOf({ finalObservations }: Batch): ObservationBuffer {
  // `checkBatch` has seen it.
  return finalObservations!;
}

function checkAlike(environments: readonly Environment[]): Environment {
  const first = environments[0];
  if (first === undefined) throw new RlGvfError("bad-option", "A vector needs at least one environment.");
  const kind = ({ observation, actions }: Environment): string => JSON.stringify([observation, actions]);
  const other = environments.find((environment) => kind(environment) !== kind(first));
  if (other === undefined) return first;
  throw new RlGvfError(
    "bad-option",
    `${other.name} has other observations or actions than ${first.name}: a vector holds environments of one kind.`,
  );
}

function checkRunning(ended: readonly boolean[]): void {
  const over = ended.indexOf(true);
  if (over < 0) return;
  throw new RlGvfError(
    "episode-over",
    `The episode of environment ${over} is over and auto-reset is disabled: call reset(batch, which) first.`,
    { environment: over },
  );
}
