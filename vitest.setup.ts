/**
 * A stack is mapped through source maps frame by frame when it is read, and every op of a graph that is traced reads its own: a third of
 * the time of the kernel tests. Few frames are ever new, so the line that one becomes is remembered. It depends on the frame that called it
 * as well, since names of functions come from the map of their caller.
 */
const mapStack = Error.prepareStackTrace?.bind(Error);
if (mapStack) {
  const known = new Map<string, string>();
  const lineOf = (frames: NodeJS.CallSite[]): string => mapStack(new Error("one"), frames).split("\n")[1];
  Error.prepareStackTrace = (error, frames) => {
    const written = frames.map(String);
    const lines = frames.map((_, i) => {
      const key = `${written[i]}\n${written[i + 1]}`;
      const line = known.get(key) ?? lineOf(frames.slice(i, i + 2));
      known.set(key, line);
      return line;
    });
    return [mapStack(error, []), ...lines].join("\n");
  };
}
