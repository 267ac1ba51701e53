/** Options of ale-py's `AtariVectorEnv`; four frames a step, the maximum of the last two, grey, 84 × 84 in all presets. */
export interface AtariOptions {
  readonly repeat_action_probability: number;
  readonly full_action_space: boolean;
  readonly noop_max: number;
  readonly use_fire_reset: boolean;
  /** A lost life is a termination, after which the game goes on without a reset. */
  readonly life_loss_info: boolean;
  readonly max_num_frames_per_episode: number;
}

export type AtariPreset = "machado2018" | "dqn-baselines" | "ale-v5";

/**
 * How Atari games are played in the literature.
 * - `machado2018`: sticky actions 0.25, all 18 actions, lost lives are no ends (Machado et al., "Revisiting the Arcade Learning
 *   Environment", JAIR 61, 2018, https://arxiv.org/abs/1709.06009). Four frames a step are the usual reading, that of deep reinforcement
 *   learning since; the paper's own results have five, by ALE's maintainers
 *   (https://github.com/Farama-Foundation/Arcade-Learning-Environment/issues/443), who recommend four: `options: { frameskip: 5 }` has its.
 * - `dqn-baselines`: no sticky actions, the game's own actions, 1 to 30 no-ops and FIRE at the start, a lost life ends the learner's
 *   episode (Mnih et al., Nature 518, 2015); that of Zheng et al., NeurIPS 2021.
 * - `ale-v5`: Gymnasium's `ALE/…-v5`: sticky actions 0.25, the game's own actions, nothing else.
 *
 * All cut games off after 108,000 frames. A lost life uses `life_loss_info`: `episodic_life` of ale-py 0.12.1 restarts the whole game.
 */
export const atariPresets: Readonly<Record<AtariPreset, AtariOptions>> = {
  machado2018: {
    repeat_action_probability: 0.25,
    full_action_space: true,
    noop_max: 0,
    use_fire_reset: false,
    life_loss_info: false,
    max_num_frames_per_episode: 108_000,
  },
  "dqn-baselines": {
    repeat_action_probability: 0,
    full_action_space: false,
    noop_max: 30,
    use_fire_reset: true,
    life_loss_info: true,
    max_num_frames_per_episode: 108_000,
  },
  "ale-v5": {
    repeat_action_probability: 0.25,
    full_action_space: false,
    noop_max: 0,
    use_fire_reset: false,
    life_loss_info: false,
    max_num_frames_per_episode: 108_000,
  },
};
