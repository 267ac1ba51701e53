import type { Problem } from "../src/problem.ts";
import { type Dot, type Job, Jobs } from "./jobs.ts";
import { type CurvePoint, type CurveWeights, weightsInOrder } from "./model.ts";
import { problemOf, type State } from "./state.ts";

/** What the workers have found so far for the present problem. */
export class Computation {
  readonly exact: Map<number, CurvePoint> = new Map();
  readonly dots: Dot[] = [];
  /** How many dots the simulation in hand is to draw; undefined when none was started. */
  wanted: number | undefined;
  running = false;
  /** Why a worker gave up. */
  readonly failures: Partial<Record<Job["kind"], string>> = {};
  #curve = new Jobs();
  #simulation = new Jobs();
  #problem = "";
  #draws = "";
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Forgets what does not belong to the state; to be called before anything is shown. */
  forget(state: State, { dots }: CurveWeights): void {
    const problem = JSON.stringify(problemOf(state));
    const draws = JSON.stringify([problem, state.seed, state.replicates, dots]);
    if (problem !== this.#problem) {
      this.#curve.stop();
      this.exact.clear();
      delete this.failures.curve;
    }
    if (draws !== this.#draws) {
      this.stop();
      this.dots.length = 0;
      this.wanted = undefined;
      delete this.failures.dots;
    }
    this.#problem = problem;
    this.#draws = draws;
  }

  /** Computes what is missing; to be called when the state has settled. */
  start(state: State, weights: CurveWeights): void {
    const problem = problemOf(state);
    const missing = weightsInOrder(weights).filter((weight) => !this.exact.has(weight));
    if (weights.best === undefined) return;
    if (missing.length > 0)
      this.#curve.start(
        { kind: "curve", problem, weights: missing },
        (answer) => {
          if (answer.kind !== "curve") return;
          this.exact.set(answer.point.weight, answer.point);
          this.#changed();
        },
        (message) => this.#fail("curve", message),
      );
    if (this.wanted === undefined) this.#simulate(problem, weights.dots, state);
  }

  stop(): void {
    this.#simulation.stop();
    this.running = false;
  }

  #simulate(problem: Problem, weights: readonly number[], { seed, replicates }: State): void {
    this.wanted = weights.length;
    this.running = true;
    this.#simulation.start(
      { kind: "dots", problem, weights, seed, replicates },
      (answer) => {
        if (answer.kind !== "dots") return;
        this.dots.push(answer.dot);
        this.running = this.dots.length < weights.length;
        this.#changed();
      },
      (message) => {
        this.running = false;
        this.#fail("dots", message);
      },
    );
  }

  #fail(kind: Job["kind"], message: string): void {
    this.failures[kind] = message;
    this.#changed();
  }
}
