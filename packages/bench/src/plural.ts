/** "1 trial", "3 trials" */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
