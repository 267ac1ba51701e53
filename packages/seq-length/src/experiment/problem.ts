import { following, type HintRule, min, setDifference, successor } from "../auxiliary/hint.ts";
import { copy } from "../task/copy.ts";
import { reversal } from "../task/reversal.ts";
import { sorting } from "../task/sorting.ts";
import type { SequenceTask } from "../task/task.ts";
import { type Vocabulary, vocabulary } from "../vocabulary.ts";

/** A main task with what can help it, and the one vocabulary of all rows: with another one parameters would start differently. */
export interface Problem {
  readonly task: SequenceTask;
  /** Asked about short inputs. */
  readonly hint: HintRule;
  /** Trained at twice the main task's lengths ("association"). */
  readonly related: readonly (SequenceTask | HintRule)[];
  readonly vocabulary: Vocabulary;
}

const problem = (symbols: number, parts: Omit<Problem, "vocabulary">): Problem => {
  const { task, hint, related } = parts;
  return {
    ...parts,
    vocabulary: vocabulary({ symbols, tasks: [task, hint, ...related].map(({ name }) => name) }),
  };
};

/** Reversal of distinct items, with the item before one in the input as the hint and copying as the related task. */
export const reverseProblem = (symbols: number): Problem =>
  problem(symbols, { task: reversal({ symbols }), hint: following, related: [copy({ symbols })] });

/** Sorting of distinct items, with the next larger item as the hint; minimum and set difference as related tasks, as Cai et al. have them. */
export const sortProblem = (symbols: number): Problem =>
  problem(symbols, { task: sorting({ symbols }), hint: successor, related: [min, setDifference] });
