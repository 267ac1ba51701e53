import type { Needs, Weighting } from "../../src/weighting/weighting.ts";

/** One rule after another in the place of one, each with its own state: all share the compiled steps, and take turns on one machine. */
export class Rotating {
  readonly rules: readonly (readonly [name: string, rule: Weighting])[];
  /** What stands in the stepper. */
  readonly rule: Weighting;
  /** What the current rule needed last. */
  needed: Needs = "nothing";
  readonly #states: unknown[];
  #current = 0;

  constructor(rules: readonly (readonly [string, Weighting])[], tasks: number) {
    this.rules = rules;
    this.#states = rules.map(([, rule]) => rule.init(tasks, 0));
    const now = (): Weighting => rules[this.#current]![1];
    const keep = (state: unknown): null => {
      this.#states[this.#current] = state;
      return null;
    };
    this.rule = {
      name: "rotating",
      paper: null,
      init: () => null,
      needs: (_, step) => {
        this.needed = now().needs(this.#states[this.#current], step);
        return this.needed;
      },
      weigh: (view, _, random) => {
        const { weights, state } = now().weigh(view, this.#states[this.#current], random);
        return { weights, state: keep(state) };
      },
      observe: (view) => {
        const rule = now();
        const state = this.#states[this.#current];
        return keep(rule.observe === undefined ? state : rule.observe(view, state));
      },
      get observes() {
        return now().observe === undefined ? undefined : now().observes;
      },
    };
  }

  turnTo(index: number): void {
    this.#current = index;
  }
}
