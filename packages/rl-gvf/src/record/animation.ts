import { extname } from "node:path";
import { RlGvfError } from "../error.ts";
import { apng } from "./apng.ts";
import type { Animation, AnimationOptions } from "./frames.ts";
import { gif } from "./gif.ts";

const formats: Readonly<Record<string, (options: AnimationOptions) => Animation>> = {
  ".gif": gif,
  ".apng": apng,
  ".png": apng,
};

/**
 * An animation in the format that the name of its file says: `.gif`, or `.apng` or `.png` for an animated PNG.
 *
 * @throws RlGvfError `bad-option` for another ending; as {@link gif} and {@link apng}.
 */
export function animation(path: string, options: AnimationOptions = {}): Animation {
  const ending = extname(path).toLowerCase();
  const format = formats[ending];
  if (format !== undefined) return format(options);
  throw new RlGvfError(
    "bad-option",
    `An animation's file ends with ${Object.keys(formats).join(", ")}, not "${ending}": ${path}.`,
  );
}
