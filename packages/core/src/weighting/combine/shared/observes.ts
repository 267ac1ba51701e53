import { OutriggerError } from "../../../error.ts";

interface Observer {
  readonly name: string;
  readonly observe?: unknown;
  readonly observes?: "before" | "after";
}

/**
 * Which losses two rules that share a step learn from.
 *
 * @throws OutriggerError `bad-option` when one learns from the losses before the update and the other from those after it
 */
export function observesBoth(first: Observer, second: Observer, name: string): "before" | "after" {
  const learners = [first, second].filter(({ observe }) => observe !== undefined);
  const wishes = learners.map(({ observes = "before" }) => observes);
  if (wishes[0] === wishes.at(-1)) return wishes[0] ?? "before";
  throw new OutriggerError(
    "bad-option",
    `${name}: of "${first.name}" and "${second.name}", one learns from the losses before the update and one from those after it. Use rules that agree.`,
    { method: name },
  );
}
