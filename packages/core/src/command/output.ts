import { replaceFile } from "../train/disk.ts";

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Says something beside the output, so that a table can be piped into a file. */
export const warnAs =
  (command: string) =>
  (text: string): void => {
    process.stderr.write(`${command}: ${text}\n`);
  };

/**
 * Writes a file as one unit and says so beside the output; "-" prints the text instead.
 *
 * @throws OutriggerError `disk`.
 */
export function writeOut(file: string, content: string | Uint8Array): void {
  if (file === "-" && typeof content === "string") {
    process.stdout.write(content);
    return;
  }
  replaceFile(file, [typeof content === "string" ? new TextEncoder().encode(content) : content]);
  process.stderr.write(`wrote ${file}\n`);
}
