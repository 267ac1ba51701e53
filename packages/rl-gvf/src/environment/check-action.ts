import type { Environment } from "../environment.ts";
import { RlGvfError } from "../error.ts";

/** @throws RlGvfError `bad-action` unless `action` is an index into the environment's actions. */
export function checkAction({ name, actions }: Pick<Environment, "name" | "actions">, action: number): void {
  if (Number.isInteger(action) && action >= 0 && action < actions.length) return;
  throw new RlGvfError(
    "bad-action",
    `${name} has the actions 0 to ${actions.length - 1} (${actions.join(", ")}), not ${action}.`,
    { action },
  );
}
