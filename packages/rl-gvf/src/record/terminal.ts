import type { Picture } from "./picture.ts";

/**
 * A picture as text for a terminal with 24-bit colours: two pixels a character, the upper one as foreground of a half block, the lower one
 * (black below the last line) as background.
 *
 * Cost: O(pixels).
 */
export function terminalPicture({ width, height, rgba }: Picture): string {
  const color = (x: number, y: number): string => {
    const at = 4 * (y * width + x);
    return y < height ? `${rgba[at]};${rgba[at + 1]};${rgba[at + 2]}` : "0;0;0";
  };
  const line = (y: number): string =>
    Array.from({ length: width }, (_, x) => `\u001b[38;2;${color(x, y)};48;2;${color(x, y + 1)}m▀`).join("");
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) => `${line(2 * row)}\u001b[0m`).join("\n");
}
