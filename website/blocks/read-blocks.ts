/** A fenced block of a Markdown page, and what the comment before it says about running it. */
export interface Block {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The word after the fence, such as `ts`; "" when there is none. */
  readonly language: string;
  readonly text: string;
  readonly rule: BlockRule;
}

/** How a block is run. In a page it is an HTML comment in the line before the fence, which readers do not see. */
export type BlockRule =
  /** A program, or commands, of their own. */
  | { readonly kind: "run" }
  /** `<!-- block: with NAME -->`: after the program of `blocks/NAME.ts`, which defines what the block takes for granted. */
  | { readonly kind: "with"; readonly prelude: string }
  /** `<!-- block: more -->`: goes on with the program of the block before. */
  | { readonly kind: "more" }
  /** `<!-- block: save FILE -->`: is written to FILE in the page's folder, for the blocks after it. */
  | { readonly kind: "save"; readonly file: string }
  /** `<!-- block: not run: REASON -->` */
  | { readonly kind: "not-run"; readonly reason: string };

const FENCE = /^```(\w*)\s*$/;
const COMMENT = /^<!-- block: (.*) -->$/;

/** All fenced blocks of a page, in order. @throws Error for a comment that says something else, or a fence that is never closed */
export function readBlocks(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, language] = FENCE.exec(lines[i]!) ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf("```", i + 1);
    if (end < 0) throw new Error(`The block of line ${i + 1} is never closed.`);
    const rule = ruleOf(lines[i - 1] ?? "", i);
    blocks.push({ line: i + 1, language, text: lines.slice(i + 1, end).join("\n"), rule });
    i = end;
  }
  return blocks;
}

function ruleOf(before: string, line: number): BlockRule {
  const [, said] = COMMENT.exec(before.trim()) ?? [];
  if (said === undefined) return { kind: "run" };
  const [, prelude] = /^with ([\w-]+)$/.exec(said) ?? [];
  if (prelude !== undefined) return { kind: "with", prelude };
  if (said === "more") return { kind: "more" };
  const [, file] = /^save ([\w./-]+)$/.exec(said) ?? [];
  if (file !== undefined) return { kind: "save", file };
  const [, reason] = /^not run: (.+)$/.exec(said) ?? [];
  if (reason !== undefined) return { kind: "not-run", reason };
  throw new Error(`Line ${line}: "block: ${said}" is none of: with NAME, more, save FILE, not run: REASON.`);
}
