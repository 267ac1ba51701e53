import { OutriggerError } from "../../error.ts";
import type { HeldOut, Setup } from "../procedure.ts";

/** @throws OutriggerError "unsupported" when the run has no held-out batches */
export function requireDev<B>({ dev }: Pick<Setup<B>, "dev">, method: string): HeldOut<B> {
  if (dev !== undefined) return dev;
  throw new OutriggerError(
    "unsupported",
    `"${method}" learns from the primary's loss on held-out data. Pass \`dev\`: batches that are neither trained on nor selected on.`,
    { method },
  );
}
