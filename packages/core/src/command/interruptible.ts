/** Runs `work` with a signal that the first Ctrl-C aborts, after `stopping` was called; the second ends the process with code 130. */
export async function interruptible<T>(
  stopping: () => void,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const interrupted = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stopping();
    stop.abort();
  };
  process.on("SIGINT", interrupted);
  try {
    return await work(stop.signal);
  } finally {
    process.off("SIGINT", interrupted);
  }
}
