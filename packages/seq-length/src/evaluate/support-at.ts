import { OutriggerError } from "@outrigger/core/error";
import type { SequenceTask } from "../task/task.ts";
import type { AttentionSupport } from "./attention-map.ts";

/**
 * Where the query of output t should look in a whole example, [task] x_1 … x_N [separator] y_1 … y_M [end]: at the support of the task's rule, and at
 * what no restriction takes away, which is the task token, the separator, and the query itself.
 *
 * @param t the output that is predicted, from 0; that of the answer's length is the end.
 * @throws OutriggerError `bad-option` for a task without a sparse rule.
 */
export function supportAt(task: SequenceTask, input: readonly number[], t: number): AttentionSupport {
  if (task.sparse === undefined) {
    throw new OutriggerError("bad-option", `${task.name} has no support to look at: ${task.dense}`, {
      task: task.name,
    });
  }
  const { inputs, outputs } = task.sparse.support(input, t);
  const separator = input.length + 1;
  const query = separator + t;
  const keys = [0, ...inputs.map((i) => i + 1), separator, ...outputs.map((i) => separator + 1 + i), query];
  return { query, keys: [...new Set(keys)].sort((a, b) => a - b) };
}
