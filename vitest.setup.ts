/**
 * A stack is mapped through source maps frame by frame when it is read, and every op of a graph that is traced reads its own: a third of
 * the time of the kernel tests. Few frames are ever new, so the line that one becomes is remembered. It depends on the frame that called it
 * as well, since names of functions come from the map of their caller. A frame is told by place and name, for its text takes long to make;
 * the place alone would not do, because tfjs gives one function many names.
 */
const mapStack = Error.prepareStackTrace?.bind(Error);
if (mapStack) {
  const find = <K, V>(known: Map<K, V>, key: K, make: () => V): V => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make()));
    return value;
  };
  const numbers = new Map<string | null, Map<number, Map<string | null, number>>>();
  let count = 0;
  const numberOf = (frame: NodeJS.CallSite): number => {
    const places = find(numbers, frame.getScriptNameOrSourceURL(), () => new Map());
    const names = find(places, frame.getPosition(), () => new Map());
    return find(names, frame.getFunctionName(), () => ++count);
  };
  const lines = new Map<number, string>();
  const lineOf = (frames: NodeJS.CallSite[]): string => mapStack(new Error("one"), frames).split("\n")[1];
  Error.prepareStackTrace = (error, frames) => {
    let caller = 0;
    let text = "";
    for (let i = frames.length - 1; i >= 0; i--) {
      const own = numberOf(frames[i]!);
      text = `\n${find(lines, own * 2 ** 26 + caller, () => lineOf(frames.slice(i, i + 2)))}${text}`;
      caller = own;
    }
    return mapStack(error, []) + text;
  };
}
