import type { Row } from "../results/row.ts";

const width = 24;

/** Counts trials, and guesses the time left from those of this run. */
export class Tally {
  total = 0;
  ended = 0;
  reused = 0;
  failed = 0;
  running = 0;
  readonly #now: () => number;
  readonly #started: number;

  /** @param now clock in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#started = now();
  }

  start(): void {
    this.running++;
  }

  end(row: Row, reused: boolean): void {
    this.ended++;
    if (reused) this.reused++;
    else this.running--;
    if (row.status === "failed") this.failed++;
  }

  /** "about 40 s left"; empty before the first trial of this run has ended, and after the last. */
  left(): string {
    const ran = this.ended - this.reused;
    if (ran === 0 || this.ended >= this.total) return "";
    const seconds = ((this.#now() - this.#started) / 1000 / ran) * (this.total - this.ended);
    return seconds < 90 ? `about ${Math.ceil(seconds)} s left` : `about ${Math.round(seconds / 60)} min left`;
  }

  /** One line: a bar, and how many trials are done, running, failed, and finished before, and the time left. */
  bar(): string {
    const filled = this.total === 0 ? 0 : Math.round((width * this.ended) / this.total);
    const parts = [
      `${"█".repeat(filled)}${"░".repeat(width - filled)} ${this.ended}/${this.total} trials`,
      ...(this.running > 0 ? [`${this.running} running`] : []),
      ...(this.failed > 0 ? [`${this.failed} failed`] : []),
      ...(this.reused > 0 ? [`${this.reused} finished before`] : []),
      this.left(),
    ];
    return parts.filter((part) => part !== "").join(" · ");
  }
}
