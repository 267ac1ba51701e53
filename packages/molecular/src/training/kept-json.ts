import { existsSync, readFileSync } from "node:fs";
import { OutriggerError } from "@outrigger/core/error";

/**
 * The JSON object in a file that a run keeps in its folder; null if there is no such file.
 *
 * @param cure what can be done about a damaged file, in a sentence
 * @throws OutriggerError `bad-file` for a file that cannot be read or holds no JSON object
 */
export function keptJson(path: string, cure = "Take it away, or start anew with --fresh."): object | null {
  if (!existsSync(path)) return null;
  const bad = (cause?: unknown): OutriggerError =>
    new OutriggerError("bad-file", `${path} holds no JSON object. ${cure}`, { path }, cause);
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw bad(cause);
  }
  if (typeof found !== "object" || found === null) throw bad();
  return found;
}
