import { platform } from "#platform";

const here = platform.folderOf(import.meta.url);

/** One frame of a stack as V8 prints it: an optional function name and a place. */
const frame = /^\s*at (?:(?<name>.+?) \()?(?<place>.+?:\d+:\d+)\)?$/;

function* frames(origin: Error): Generator<{ name: string; place: string }> {
  for (const line of (origin.stack ?? "").split("\n")) {
    const groups = frame.exec(line)?.groups;
    if (groups) yield { name: groups.name ?? "", place: groups.place!.replace("file://", "") };
  }
}

/** tfjs as it is installed, and as its source maps name it. */
const tfjs = /[\\/](?:@tensorflow|tfjs-(?:core|layers|backend-\w+))[\\/]/;

const inLibrary = (place: string): boolean =>
  tfjs.test(place) || place.startsWith(here) || place.startsWith("node:");

/** The first line of the stack that is neither tfjs's nor this folder's: where the user called. */
export function userLine(origin: Error): string {
  for (const { place } of frames(origin)) if (!inLibrary(place)) return place;
  return "an unknown line";
}

/** The outermost tfjs function on the stack (`randomNormal`, say), or undefined when a kernel was called directly. */
export function userOp(origin: Error): string | undefined {
  let op: string | undefined;
  for (const { name, place } of frames(origin)) {
    if (!inLibrary(place)) return op;
    const words = /(?:^|\.)(\w+)$/.exec(name)?.[1];
    if (tfjs.test(place) && words) op = words.replace(/_*__op$/, "");
  }
  return op;
}
