import { platform } from "#platform";

const here = platform.folderOf(import.meta.url);
const library = here.slice(0, here.lastIndexOf("graph"));

/** One frame of a stack as V8 prints it: an optional function name and a place. */
const frame = /^\s*at (?:async )?(?:(?<name>.+?) \()?(?<place>.+?:\d+:\d+)\)?$/;

interface Frame {
  readonly name: string;
  readonly place: string;
}

function framesOf(origin: Error): Frame[] {
  return (origin.stack ?? "").split("\n").flatMap((line) => {
    const groups = frame.exec(line)?.groups;
    return groups ? [{ name: groups.name ?? "", place: groups.place!.replace("file://", "") }] : [];
  });
}

/** tfjs as it is installed, and as its source maps name it. */
const tfjs = /[\\/](?:@tensorflow|tfjs-(?:core|layers|backend-\w+))[\\/]/;

const inGraph = (place: string): boolean =>
  tfjs.test(place) || place.startsWith(here) || place.startsWith("node:");

/** Where an op was called that the ops being recorded belong to, while they are a gradient's. */
let differentiated: Error | undefined;

/** Made where an op is called. Ops of a gradient have the op that they differentiate as their cause. */
export const newOrigin = (kernel: string): Error => new Error(kernel, { cause: differentiated });

/** Runs a gradient function: what it records, and what it throws, is traced back to the op that it belongs to. */
export function differentiating<T>(of: Error, f: () => T): T {
  const outer = differentiated;
  differentiated = of;
  try {
    return f();
  } catch (error) {
    if (error instanceof Error) error.cause ??= of;
    throw error;
  } finally {
    differentiated = outer;
  }
}

/** The op that a gradient's op belongs to. */
const forwardOf = ({ cause }: Error): Error | undefined => (cause instanceof Error ? cause : undefined);

/** The frames of the op itself: for a gradient's those of the gradient function, not those of whoever asked for the gradient. */
function ownFrames(origin: Error): Frame[] {
  const all = framesOf(origin);
  const end = forwardOf(origin) ? all.findIndex(({ name }) => /\bdifferentiating$/.test(name)) : -1;
  return end === -1 ? all : all.slice(0, end);
}

/**
 * Where the user called: the first line of the stack that is neither tfjs's nor this library's. Inside a layer that this library calls
 * by itself that is the layer's line; in a gradient it is the line of the op that is differentiated.
 */
export function userLine(origin: Error): string {
  const places = ownFrames(origin)
    .map(({ place }) => place)
    .filter((place) => !inGraph(place));
  const users = places.find((place) => !place.startsWith(library));
  if (users !== undefined) return users;
  const forward = forwardOf(origin);
  return forward ? userLine(forward) : (places[0] ?? "an unknown line");
}

/**
 * The outermost tfjs function on the stack (`randomNormal`, say), or undefined when a kernel was called directly. In a gradient, the
 * op that is differentiated: `gradient of log`.
 */
export function userOp(origin: Error): string | undefined {
  const forward = forwardOf(origin);
  if (forward) {
    const op = userOp(forward);
    return op && (op.startsWith("gradient of ") ? op : `gradient of ${op}`);
  }
  let op: string | undefined;
  for (const { name, place } of framesOf(origin)) {
    if (!inGraph(place)) return op;
    const words = /(?:^|\.)(\w+)$/.exec(name)?.[1];
    if (tfjs.test(place) && words) op = words.replace(/_*__op$/, "");
  }
  return op;
}

/** The line that called what is running now, asynchronous calls that it waits for included. */
export function callersLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const line = userLine(new Error("call"));
  Error.stackTraceLimit = limit;
  return line;
}
