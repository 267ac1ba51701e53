/** What an environment says after an action, in Gymnasium's terms. */
export interface Transition {
  readonly reward: number;
  /** The task ended: the value of what follows is 0. */
  readonly terminated: boolean;
  /** The episode was cut off, by a time limit or from outside: what follows has a value, which is bootstrapped. */
  readonly truncated: boolean;
}
