import { OutriggerError } from "../error.ts";
import { constantData, type Graph, type Node } from "./graph.ts";
import { userLine, userOp } from "./origin.ts";

function sameConstant(a: Node, b: Node): boolean {
  const [one, two] = [constantData(a)!, constantData(b)!];
  if ("fill" in one || "fill" in two) {
    return "fill" in one && "fill" in two && Object.is(one.fill, two.fill);
  }
  return one.values.length === two.values.length && one.values.every((v, i) => Object.is(v, two.values[i]));
}

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
    if (!a || !b || a.kernel !== b.kernel) {
      const { kernel, origin } = (a ?? b)!;
      const cure = "a traced function must do the same on every call";
      throw new OutriggerError(
        "trace",
        `two traces differ from ${kernel} at ${userLine(origin)} on: ${cure}`,
      );
    }
    if (constantData(a) && !sameConstant(a, b)) {
      const op = userOp(a.origin) ?? "a constant";
      const line = userLine(a.origin);
      const cure = "use nn's dropout or randomMask, or pass the numbers as an argument";
      const said = `${op} at ${line} gives other numbers on every call, and the graph would freeze one draw`;
      throw new OutriggerError("trace", `${said}: ${cure}`, { op, line });
    }
  }
}
