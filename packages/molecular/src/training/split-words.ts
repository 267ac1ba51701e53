import type { SplitChoice } from "./configuration.ts";

/** How molecules are divided, in a few words, such as `balanced, seed 0`. */
export function splitWords(choice: SplitChoice): string {
  if (choice.variant === "file") return `${choice.path}, split ${choice.fold}`;
  if (choice.variant === "column") return `column "${choice.column}"`;
  return seeded(choice) ? `${choice.variant}, seed ${choice.seed}` : choice.variant;
}

/** Whether another seed gives another split. */
export const seeded = ({ variant }: SplitChoice): boolean =>
  variant === "balanced" || variant === "stratified" || variant === "random";
