import type { ProgressStream } from "@outrigger/core/train/callback/progress";

/**
 * Tells how many of something are done: on a terminal one line that is redrawn and removed at the end, elsewhere nothing.
 *
 * @param now clock in milliseconds
 */
export function counter(
  what: string,
  total: number,
  stream: ProgressStream = process.stderr,
  now: () => number = () => performance.now(),
): (done: number) => void {
  const began = now();
  let drawn = Number.NEGATIVE_INFINITY;
  return (done) => {
    if (stream.isTTY !== true || (now() - drawn < 100 && done < total)) return;
    drawn = now();
    const rate = done / Math.max(1e-9, (now() - began) / 1000);
    const left = `${Math.ceil((total - done) / Math.max(rate, 1e-9))} s left`;
    stream.write(
      done === total
        ? "\r\u001b[K"
        : `\r\u001b[K${done} of ${total} ${what}, ${rate.toPrecision(3)} a second, ${left}`,
    );
  };
}
