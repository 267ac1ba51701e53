import { OutriggerError } from "../../error.ts";
import { namedLeaves } from "../../train/flat.ts";
import { isFrozen } from "../../train/freeze.ts";
import type { Setup } from "../procedure.ts";

/** @throws OutriggerError "unsupported" where a part that a procedure fits anew is frozen */
export function requireTrained<B>({ main, frozen }: Setup<B>, part: string, method: string): void {
  const still = [...namedLeaves(main.params.tree).keys()].find(
    (path) => isFrozen([part], path) && isFrozen(frozen, path),
  );
  if (still === undefined) return;
  const said = `"${method}" fits ${part} anew in every step, and ${still} is frozen`;
  throw new OutriggerError("unsupported", `${said}. Leave it out of \`frozen\`, or use another method.`, {
    method,
    frozen,
  });
}
