import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { RlGvfError } from "../error.ts";
import { CLOSE, encodeFrame, type Frame, FrameReader } from "./frames.ts";

export interface PythonOptions {
  /** The interpreter. */
  readonly python: string;
  readonly script: string;
  /** Gets every line that Python writes to its standard error. */
  readonly onLog?: ((line: string) => void) | undefined;
}

/** How much of Python's standard error an error message quotes. */
const QUOTED = 4000;
/** How long a process that was asked to end may take. */
const GRACE = 2000;

/**
 * A Python process that answers one frame with one frame. After any failure (it ends, it writes what is no frame, it does not answer in
 * time) the process is killed, and this and all later requests fail with that error.
 */
export class PythonProcess {
  /** The most bytes that a frame from Python may have; what is longer is no frame. */
  limit = 0x100000;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reader = new FrameReader(() => this.limit);
  readonly #exited: Promise<void>;
  #pending: { resolve: (frame: Frame) => void; reject: (error: Error) => void } | undefined;
  #failure: RlGvfError | undefined;
  #errors = "";

  constructor({ python, script, onLog }: PythonOptions) {
    this.#child = spawn(python, ["-u", script], { stdio: "pipe" });
    const { stdin, stdout, stderr } = this.#child;
    this.#exited = new Promise((resolve) => {
      this.#child.once("close", () => resolve());
    });
    this.#child.once("error", (cause) => {
      this.fail(
        new RlGvfError("bridge-exit", `${python} could not be started: ${cause.message}.`, {}, cause),
      );
    });
    // "close" comes after the last output has been read, so that the reason can be quoted.
    this.#child.once("close", (code, signal) => {
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      const said = this.#errors === "" ? "" : ` It wrote: ${this.#errors.trim()}`;
      this.fail(new RlGvfError("bridge-exit", `Python ended ${how}.${said}`, { code, signal }));
    });
    // A pipe that breaks is followed by "close", which says more.
    stdin.on("error", () => undefined);
    stdout.on("data", (piece: Buffer) => this.#receive(piece));
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = (this.#errors + text).slice(-QUOTED);
      if (onLog !== undefined) for (const line of text.split("\n")) if (line !== "") onLog(line);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends a frame and waits for the answer, at most `timeout` milliseconds.
   *
   * @throws RlGvfError `bridge-exit`, `bridge-protocol` or `bridge-timeout`; the process is dead then.
   */
  async request(frame: Buffer, timeout: number): Promise<Frame> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pending !== undefined) {
      throw new RlGvfError(
        "bridge-protocol",
        "The last request has not been answered yet: await it before the next one.",
      );
    }
    const answer = new Promise<Frame>((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
    const timer = setTimeout(() => {
      this.fail(
        new RlGvfError("bridge-timeout", `Python did not answer within ${timeout / 1000} s.`, { timeout }),
      );
    }, timeout);
    this.#child.stdin.write(frame);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the process to end, kills it if it does not within two seconds, and waits until it is gone. */
  async close(): Promise<void> {
    if (this.#failure === undefined) {
      this.#failure = new RlGvfError("bridge-exit", "The bridge was closed.");
      this.#settle(this.#failure);
      this.#child.stdin.end(encodeFrame(CLOSE, new Uint8Array(0)));
    }
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Kills the process; the first failure is the reason of all that follow. */
  fail(error: RlGvfError): void {
    this.#failure ??= error;
    this.#settle(this.#failure);
    this.#child.kill("SIGKILL");
  }

  #receive(piece: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      for (const frame of this.#reader.add(piece)) {
        const pending = this.#pending;
        if (pending === undefined) {
          throw new RlGvfError(
            "bridge-protocol",
            `Python sent a frame of type ${frame.type} that nobody asked for.`,
          );
        }
        this.#pending = undefined;
        pending.resolve(frame);
      }
    } catch (error) {
      this.fail(error as RlGvfError);
    }
  }

  #settle(error: RlGvfError): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
