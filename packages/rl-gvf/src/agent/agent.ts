import { array, type CompileOptions, type NDArray, type Optimizer, Random, type Tree } from "@outrigger/core";
import type { Method } from "@outrigger/core/train/method";
import type { Episode } from "../environment/vector.ts";
import { RlGvfError } from "../error.ts";
import { actor as policyActor, sampleActions } from "./actor.ts";
import type { Auxiliary, MakeAuxiliary } from "./auxiliary.ts";
import { collector } from "./collect.ts";
import type { ControlOptions } from "./control-loss.ts";
import type { AgentEnvironments } from "./environments.ts";
import { jointLearner } from "./joint-learner.ts";
import type { Algorithm, AlgorithmSetting, Learner, LearnerBatch, SavedLearner } from "./learner.ts";
import { type Network, type NetworkOptions, network as networkOf } from "./network.ts";
import { innerAdam, innerRmsprop } from "./optimizers.ts";
import { createReturns, nStepReturns } from "./returns.ts";
import { a2c } from "./sequential-learner.ts";

export interface AgentOptions {
  /** With auto-reset `next-step`. */
  readonly environments: AgentEnvironments;
  /** Of initial parameters, actions and whatever auxiliaries draw; the environments have their own. */
  readonly seed: number;
  readonly network: NetworkOptions;
  /** How policy and value are learnt: `ppo()`, or by default A2C. */
  readonly algorithm?: Algorithm;
  /** T: steps of every environment an update. Default the algorithm's: 20, or PPO's 128. */
  readonly steps?: number;
  readonly control?: ControlOptions;
  /** Losses besides policy and value. Default: none. */
  readonly auxiliaries?: readonly MakeAuxiliary[];
  /** What the learner sees of rewards is cut to [-1, 1]. Default true. */
  readonly clipRewards?: boolean;
  /** Of policy and value. Default the algorithm's: `innerRmsprop` with η = 7e-4, or PPO's Adam. */
  readonly controlOptimizer?: Optimizer;
  /** Of the auxiliaries. Default `innerAdam` with η = 7e-4. */
  readonly auxiliaryOptimizer?: Optimizer;
  /** Greatest norm of the gradient of policy and value, or of the joint gradient. Default 0.5. */
  readonly maxGradientNorm?: number;
  /** One gradient step a rollout for all losses, weighed by a method of @outrigger/core, in place of two in sequence. A2C only. */
  readonly joint?: { readonly method: Method; readonly optimizer?: Optimizer };
  /** What the graphs run on. */
  readonly compile?: Omit<CompileOptions, "random">;
}

export interface UpdateReport {
  /** Agent steps so far, those of resets included. */
  readonly steps: number;
  readonly losses: Readonly<Record<string, number>>;
  /** Episodes that ended in this rollout. */
  readonly episodes: readonly Episode[];
}

/** An agent between two updates: arrays by name, and plain JSON. */
export interface SavedAgent {
  readonly arrays: Readonly<Record<string, Float32Array | Uint8Array>>;
  readonly state: unknown;
}

export interface Agent {
  readonly network: Network;
  /** As they are now: `update` changes them in place. */
  readonly params: { readonly trunk: Tree<NDArray>; readonly control: Tree<NDArray> };
  /** Agent steps so far. */
  readonly steps: number;
  /** T steps of every environment, and what is learnt from them. */
  update(): Promise<UpdateReport>;
  /** Views and plain JSON, from which the agent and its environments go on bit for bit. */
  save(): SavedAgent;
  load(saved: SavedAgent): void;
  /** Frees the native sessions. */
  dispose(): Promise<void>;
}

/**
 * An advantage actor-critic with auxiliary losses, after Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897 (equations and
 * defaults of the authors' code): n-step returns to the end of the rollout, the transition of a reset masked everywhere, policy and value
 * and then the auxiliaries learnt by two optimisers in sequence. Unlike that code, a run depends on its seeds alone, and what
 * comes after a cut-off episode is bootstrapped from the value of its last state. With `algorithm: ppo()` policy and value are learnt by
 * proximal policy optimisation instead, from the same rollouts and with the same auxiliaries.
 *
 * @throws RlGvfError `bad-option` for another auto-reset than `next-step`, two auxiliaries of one name, or `joint` with an algorithm; as
 * `network` and the algorithm do.
 */
export function createAgent(options: AgentOptions): Agent {
  const { environments, seed, clipRewards = true, control = {} } = options;
  const length = options.steps ?? (options.algorithm ?? a2c).steps;
  const { observation, count } = environments;
  if (environments.autoreset !== undefined && environments.autoreset !== "next-step") {
    throw new RlGvfError(
      "bad-option",
      `The agent needs environments with auto-reset next-step, not ${environments.autoreset}.`,
    );
  }
  const actions = environments.actions.length;
  const network = networkOf(observation, actions, options.network);
  const auxiliaries = makeAuxiliaries(options, network, length);
  const random = (name: string): Random => Random.seeded(seed, `agent/${name}`);
  const params = {
    trunk: network.initTrunk(random("init/trunk")),
    heads: {
      control: network.initControl(random("init/control")),
      ...Object.fromEntries(auxiliaries.map((one) => [one.name, one.init(random(`init/${one.name}`))])),
    },
  };
  const learner = makeLearner(options, { network, auxiliaries, params, steps: length });
  const { trunk, control: head } = learner;
  const policy = random("policy");
  const actor = policyActor(network, environments, options.compile);
  const choose = (logits: Float32Array, out: Int32Array): void => sampleActions(logits, policy, out);
  const play = collector({ environments, network, actor, steps: length, clipRewards, choose });
  const { rollout, recurrent } = play;
  const learnt = length * count;
  const returns = createReturns(rollout, 1);
  const taken = new Float32Array(learnt * actions);
  const alive = new Float32Array(learnt);
  const shared = {
    sight: {
      observations: array(rollout.observations, [learnt + count, ...observation.shape]),
      ...(recurrent && { recurrent }),
    },
    taken: array(taken, [learnt, actions]),
    alive: array(alive, [learnt]),
    returns: {
      sums: array(returns.sums, [learnt]),
      discounts: array(returns.discounts, [learnt]),
      rows: array(returns.rows, [learnt]),
    },
  };
  let steps = 0;

  const batchOf = (): LearnerBatch => {
    nStepReturns(rollout, rollout.rewards.subarray(count), [control.discount ?? 0.99], returns);
    taken.fill(0);
    for (let n = 0; n < learnt; n++) {
      alive[n] = 1 - (rollout.terminated[n]! | rollout.truncated[n]!);
      taken[n * actions + rollout.taken[n]!] = alive[n]!;
    }
    return { ...shared, feeds: Object.fromEntries(auxiliaries.map((one) => [one.name, one.feed(rollout)])) };
  };
  return {
    network,
    params: { trunk, control: head },
    get steps() {
      return steps;
    },
    async update() {
      if (steps === 0) await play.start();
      const episodes = await play.collect({ trunk, control: head });
      const losses = await learner.update(batchOf(), rollout);
      play.shift();
      steps += learnt;
      return { steps, losses, episodes };
    },
    save() {
      const { arrays, state } = learner.save();
      const helpers = auxiliaries.flatMap((one) => {
        const saved = one.save?.();
        return saved ? [[one.name, saved] as const] : [];
      });
      return {
        arrays: {
          ...arrays,
          ...named("rollout", play.arrays()),
          ...Object.assign({}, ...helpers.map(([name, saved]) => named(`memory/${name}`, saved.arrays))),
        },
        state: {
          steps,
          learner: state,
          policy: policy.state,
          environments: environments.save?.() ?? null,
          auxiliaries: Object.fromEntries(helpers.map(([name, saved]) => [name, saved.state])),
        },
      };
    },
    load({ arrays, state }) {
      const saved = state as SavedState;
      const own = this.save().arrays;
      for (const [name, into] of Object.entries(own)) {
        const found = arrays[name];
        if (found?.length !== into.length) {
          throw new RlGvfError(
            "bad-state",
            `The saved agent has ${found?.length ?? 0} values of "${name}", this one ${into.length}: make it with the same options.`,
          );
        }
      }
      learner.load({ arrays: arrays as SavedLearner["arrays"], state: saved.learner });
      for (const [name, into] of Object.entries(play.arrays())) into.set(arrays[`rollout/${name}`]!);
      for (const one of auxiliaries) {
        const names = Object.keys(one.save?.().arrays ?? {});
        const values = names.map((name) => [name, arrays[`memory/${one.name}/${name}`] as Float32Array]);
        one.load?.({ arrays: Object.fromEntries(values), state: saved.auxiliaries[one.name] });
      }
      policy.state = saved.policy;
      if (saved.environments !== null) environments.load?.(saved.environments as never);
      steps = saved.steps;
    },
    async dispose() {
      await actor.dispose();
      await learner.dispose();
    },
  };
}

interface SavedState {
  readonly steps: number;
  readonly learner: unknown;
  readonly policy: number[];
  readonly environments: unknown;
  readonly auxiliaries: Readonly<Record<string, unknown>>;
}

const named = <A>(prefix: string, arrays: Readonly<Record<string, A>>): Record<string, A> =>
  Object.fromEntries(Object.entries(arrays).map(([name, data]) => [`${prefix}/${name}`, data]));

function makeAuxiliaries(
  { environments, auxiliaries = [], seed }: AgentOptions,
  network: Network,
  steps: number,
): Auxiliary[] {
  const { observation, count, actions } = environments;
  const made = auxiliaries.map((make, i) =>
    make({
      observation,
      actions: actions.length,
      count,
      steps,
      features: network.features,
      encoded: network.encoded,
      random: (name) => Random.seeded(seed, `auxiliary/${i}/${name}`),
    }),
  );
  const names = ["control", ...made.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return made;
  throw new RlGvfError("bad-option", `Two heads are called "${twice}": give one auxiliary another name.`);
}

function makeLearner(
  options: AgentOptions,
  made: Pick<AlgorithmSetting, "network" | "auxiliaries" | "params" | "steps">,
): Learner {
  const { joint, algorithm, control = {}, maxGradientNorm, compile, seed, controlOptimizer } = options;
  const shared = { ...made, control, maxGradientNorm, compile, seed };
  if (joint === undefined) {
    return (algorithm ?? a2c).learner({
      ...shared,
      count: options.environments.count,
      controlOptimizer,
      auxiliaryOptimizer: options.auxiliaryOptimizer ?? innerAdam({ learningRate: 7e-4 }),
      stopGradient: options.network.stopGradient ?? false,
    });
  }
  if (algorithm !== undefined) {
    throw new RlGvfError("bad-option", "A joint gradient step is A2C's: leave out joint or algorithm.");
  }
  const optimizer = joint.optimizer ?? controlOptimizer ?? innerRmsprop({ learningRate: 7e-4 });
  return jointLearner({ ...shared, method: joint.method, optimizer });
}
