import type { Block } from "./read-blocks.ts";

/** Something to do for the blocks of a page, in order. */
export type Action =
  | { readonly kind: "save"; readonly line: number; readonly file: string; readonly text: string }
  | { readonly kind: "program"; readonly line: number; readonly language: string; readonly text: string }
  | { readonly kind: "commands"; readonly line: number; readonly text: string };

const PROGRAM = new Set(["ts", "js"]);

/**
 * Turns blocks into files, programs and commands. Blocks of other languages are for reading, unless they are saved.
 *
 * @param prelude the text that others begin with, by its file name, such as `molecules.sh`
 * @throws Error for a block that goes on with nothing
 */
export function actionsOf(blocks: readonly Block[], prelude: (name: string) => string): Action[] {
  const actions: Action[] = [];
  for (const { rule, language, text, line } of blocks) {
    if (rule.kind === "not-run") continue;
    if (rule.kind === "save") actions.push({ kind: "save", line, file: rule.file, text });
    else if (language === "sh" || PROGRAM.has(language)) {
      const commands = language === "sh";
      const before = rule.kind === "with" ? `${prelude(`${rule.prelude}.${commands ? "sh" : "ts"}`)}\n` : "";
      if (commands) actions.push({ kind: "commands", line, text: before + text });
      else if (rule.kind !== "more") actions.push({ kind: "program", line, language, text: before + text });
      else {
        const last = actions.findLastIndex(({ kind }) => kind === "program");
        if (last < 0) throw new Error(`Line ${line}: there is no program that this block could go on with.`);
        actions[last] = { ...actions[last]!, text: `${actions[last]!.text}\n${text}` } as Action;
      }
    }
  }
  return actions;
}
