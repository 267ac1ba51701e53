import { OutriggerError } from "../../error.ts";
import type { Setup } from "../procedure.ts";

/** @throws OutriggerError "bad-option" for an option that was left out and has no default */
export function required<T>(value: T | undefined, method: string, option: string, what: string): T {
  if (value !== undefined) return value;
  throw new OutriggerError("bad-option", `${method} needs \`${option}\`: ${what}.`, { option });
}

/**
 * Index of the auxiliary that a procedure teaches.
 *
 * @throws OutriggerError "bad-option" where no auxiliary has the name
 */
export function taughtTask<B>(
  { tasks, primary }: Pick<Setup<B>, "tasks" | "primary">,
  task: string,
  method: string,
): number {
  const index = tasks.findIndex(({ name }, k) => name === task && k !== primary);
  if (index >= 0) return index;
  const names = tasks.map(({ name }) => name).join(", ");
  const cure = `Add generatedTask("${task}") to the tasks, and a head of that name`;
  const said = `${method} finds no auxiliary "${task}" among ${names}`;
  throw new OutriggerError("bad-option", `${said}. ${cure}.`, { task });
}
