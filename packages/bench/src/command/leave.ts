/** Ends this process in a second if it does not end by itself, as a connection to a server that is away would keep it from. */
export function leave(): void {
  setTimeout(() => process.exit(), 1000).unref();
}
