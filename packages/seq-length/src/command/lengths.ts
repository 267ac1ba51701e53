import { OutriggerError } from "@outrigger/core/error";

/**
 * Lengths from text: "5,10,20", or "5,10,...,50" for every fifth.
 *
 * @throws OutriggerError `bad-option` for anything but ascending positive whole numbers, or a last number that the steps do not meet.
 */
export function parseLengths(text: string): number[] {
  const refuse = (why: string): never => {
    throw new OutriggerError("bad-option", `--lengths ${text}: ${why}, such as 5,10,20 or 5,10,...,50.`, {
      text,
    });
  };
  const parts = text.split(",").map((part) => part.trim());
  const lengths: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (part === "..." || part === "…") {
      const [before, last, end] = [lengths.at(-2), lengths.at(-1), Number(parts[i + 1])];
      if (before === undefined || last === undefined || !Number.isInteger(end))
        return refuse("two numbers stand before the dots and one after them");
      const step = last - before;
      if (step <= 0 || end <= last || (end - last) % step !== 0)
        return refuse(`steps of ${step} from ${last} do not lead to ${end}`);
      for (let length = last + step; length < end; length += step) lengths.push(length);
    } else lengths.push(part === "" ? Number.NaN : Number(part));
  }
  const sound = lengths.every(
    (length, i) => Number.isInteger(length) && length > 0 && !(i > 0 && length <= lengths[i - 1]!),
  );
  return sound ? lengths : refuse("give ascending whole numbers");
}

/** Half the training length, the training length, and 1.5, 2, 3, 4 … times it up to the longest. */
export function usualLengths(trainLength: number, long: number, minimum: number): number[] {
  const times = [0.5, 1, 1.5, ...Array.from({ length: Math.floor(long / trainLength) }, (_, i) => i + 1)];
  const found = times.map((factor) => Math.round(factor * trainLength));
  const most = Math.max(long, trainLength);
  return [...new Set([...found, most])]
    .filter((length) => length >= minimum && length <= most)
    .sort((a, b) => a - b);
}
