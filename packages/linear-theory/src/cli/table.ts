/** Columns of text in line: the first to the left, the others to the right; a last column named "" to the left again, for remarks. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, j) => (j === 0 || header[j] === "" ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Three digits, in plain notation between 0.001 and 100,000. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  return size >= 1e-3 && size < 1e5 ? Number(value.toPrecision(3)).toString() : value.toExponential(2);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
