import { OutriggerError } from "../error.ts";
import { type Attributes, constantData, type Graph, inputValues, type Node } from "./graph.ts";
import { userLine, userOp } from "./origin.ts";

function sameConstant(a: Node, b: Node): boolean {
  const [one, two] = [constantData(a)!, constantData(b)!];
  if ("fill" in one || "fill" in two) {
    return "fill" in one && "fill" in two && Object.is(one.fill, two.fill);
  }
  return one.values.length === two.values.length && one.values.every((v, i) => Object.is(v, two.values[i]));
}

const isPlain = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value);

/** Numbers, words and lists of them; functions and graphs are made anew by every trace. */
function sameAttribute(a: unknown, b: unknown): boolean {
  if (!isPlain(a) || typeof a === "function") return true;
  if (Array.isArray(a) || ArrayBuffer.isView(a)) {
    const [one, two] = [a, b] as ArrayLike<unknown>[];
    return one!.length === two?.length && Array.from(one!).every((v, i) => sameAttribute(v, two[i]));
  }
  return Object.is(a, b);
}

/** The attribute by which two calls of a kernel differ. */
const differingAttribute = (a: Attributes, b: Attributes): string | undefined =>
  Object.keys({ ...a, ...b }).find((key) => !sameAttribute(a[key], b[key]));

/** Whether two calls take the results of the same ops. */
function sameInputs(a: Node, b: Node): boolean {
  const [one, two] = [inputValues(a), inputValues(b)];
  return (
    one.length === two.length &&
    one.every((v, i) => v.node.id === two[i]!.node.id && v.index === two[i]!.index)
  );
}

const text = (value: unknown): string => JSON.stringify(value) ?? String(value);

/**
 * Two traces of the same function must agree: what differs was drawn or counted in JavaScript, and one value of it would be
 * frozen into the graph.
 *
 * @throws OutriggerError `trace` that names the op and the line
 */
export function compareTraces(first: Graph, second: Graph): void {
  const length = Math.max(first.nodes.length, second.nodes.length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [first.nodes[i], second.nodes[i]];
    const { kernel, origin } = (a ?? b)!;
    const [op, line] = [userOp(origin) ?? kernel, userLine(origin)];
    const differ = (what: string, cure: string): OutriggerError =>
      new OutriggerError("trace", `${what}: ${cure}`, { op, line });
    const repeat = "a traced function must do the same on every call";
    if (!a || !b || a.kernel !== b.kernel || !sameInputs(a, b)) {
      throw differ(`two traces differ from ${op} at ${line} on`, repeat);
    }
    if (constantData(a)) {
      if (sameConstant(a, b)) continue;
      const said = `${op} at ${line} gives other numbers on every call, and the graph would freeze one draw`;
      throw differ(said, "use nn's dropout or randomMask, or pass the numbers as an argument");
    }
    const key = differingAttribute(a.attributes, b.attributes);
    if (key === undefined) continue;
    const values = `${text(a.attributes[key])} and then ${text(b.attributes[key])}`;
    throw differ(`two traces of ${op} at ${line} differ in ${key}, ${values}`, repeat);
  }
}
