import { OutriggerError } from "@outrigger/core/error";
import { checkCount, type Instance, range, type SequenceTask } from "../task/task.ts";

/**
 * A task with a mark before every item: mark s + role, where items that belong together have the same role (the task's coupled ids, counted
 * from 0) and the start s is drawn anew for every instance. Finding the partner of an item is then looking for its mark. Inputs and
 * outputs double in length; the end follows the last item.
 *
 * Symbols: those of the task, then the marks. A role may come twice in the input, as the two operands' digits do.
 *
 * Zhou et al., "What Algorithms can Transformers Learn? A Study in Length Generalization", ICLR 2024, https://arxiv.org/abs/2310.16028.
 * Which roles there are is our choice.
 *
 * @param options.marks how many marks there are: the largest number of roles and more, so that the start can vary.
 * @throws OutriggerError `bad-option` for a task whose coupled ids do not follow from its input's lengths, or marks below 2; when sampling,
 * for a length that needs more marks.
 */
export function indexHints(task: SequenceTask, { marks }: { marks: number }): SequenceTask {
  checkCount("marks", marks, 2);
  const { coupling } = task;
  if (!coupling?.known)
    throw new OutriggerError("bad-option", `${task.name} has no roles that its input alone decides.`);
  const first = task.alphabet.length;
  const marked = (instance: Instance, start: number): { input: number[]; output: number[] } => {
    const ids = coupling.ids(instance);
    const weave = (items: readonly number[], roles: readonly number[]) =>
      items.flatMap((item, i) => [first + start + roles[i]! - 1, item]);
    return { input: weave(instance.input, ids.inputs), output: weave(instance.output, ids.outputs) };
  };
  const plain = (items: readonly number[]): number[] => items.filter((_, i) => i % 2 === 1);
  const roles = (instance: Instance): number => {
    const ids = coupling.ids(instance);
    return Math.max(...ids.inputs, ...ids.outputs.slice(0, -1));
  };
  return {
    name: `${task.name}-index-hints`,
    describe: `${task.describe} A mark before every item tells which ones belong together.`,
    alphabet: [...task.alphabet, ...range(0, marks).map((mark) => `@${mark}`)],
    minimum: task.minimum,
    inputLength: (length) => 2 * task.inputLength(length),
    outputLength: (length) => 2 * task.outputLength(length),
    sample(random, length) {
      const instance = task.sample(random, length);
      const needed = roles(instance);
      if (needed > marks)
        throw new OutriggerError(
          "bad-option",
          `Length ${length} needs ${needed} marks and there are ${marks}.`,
        );
      return marked(instance, random.integer(marks - needed + 1));
    },
    solve(input) {
      const items = plain(input);
      const instance = { input: items, output: task.solve(items) };
      return marked(instance, input[0]! - first - coupling.ids(instance).inputs[0]! + 1).output;
    },
    closed: false,
    dense:
      "Marks make restrictions needless: they stand for positions, so short sequences show every one. No rule is offered.",
  };
}
