import { OutriggerError } from "../../error.ts";
import type { Setup } from "../procedure.ts";

/** @throws OutriggerError "unsupported" for a model with moving statistics, of which copies would need copies */
export function requireStateless<B>({ model }: Pick<Setup<B>, "model">, method: string): void {
  if (model.state === undefined) return;
  const said = `"${method}" trains several copies of the parameters, and this model keeps moving statistics beside them`;
  throw new OutriggerError("unsupported", `${said}. Use layer norm or group norm.`, { method });
}
