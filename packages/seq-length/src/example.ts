/**
 * One sequence as the model sees it: next-token prediction of some of its tokens. The format is
 * [task] x_1 … x_N [separator] y_1 … y_M [end]; restricted examples leave tokens out and keep the position ids of the long instance.
 */
export interface Example {
  /** Token ids, the task's own token first. */
  readonly tokens: readonly number[];
  /** The position id of every token: strictly increasing for whole instances and restrictions; coupled positions may repeat. */
  readonly positions: readonly number[];
  /** Indices i, at least 1 and increasing, of the tokens that are to be predicted from tokens 0 … i - 1. */
  readonly targets: readonly number[];
}
