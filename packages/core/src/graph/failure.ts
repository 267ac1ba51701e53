import { OutriggerError } from "../error.ts";
import type { Graph, Node } from "./graph.ts";
import { userLine, userOp } from "./origin.ts";

/** How the runtimes say that memory is short; WebGPU's splits a tensor that no buffer can hold into more of them than a shader takes. */
const memory =
  /failed to allocate|out of memory|oom when allocating|bad_?alloc|allocation (?:size too large|failed)|too many storage buffers|invalid (?:typed )?array (?:buffer )?length|cannot enlarge memory|memory access out of bounds|exceeds the max(?:imum)? buffer size/i;

/** The op that made a node, where the user called it, and what comes out. */
function describe(node: Node): { op: string; line: string; output: string } {
  const { shape, dtype } = node.outputs[0]!;
  const op = userOp(node.origin) ?? node.kernel;
  return { op, line: userLine(node.origin), output: `${dtype} [${shape.join(", ")}]` };
}

/** ONNX Runtime's messages name the ONNX node, and the translation names that after the graph's: `MatMul#12/1`, say. */
function blamed(message: string, graph: Graph): Node | undefined {
  const [, kernel, id] = /Name:'(\w+)#(\d+)/.exec(message) ?? [];
  return graph.nodes.find((node) => node.kernel === kernel && `${node.id}` === id);
}

/** A tensor, or a buffer for it, that the device cannot hold. */
export function outOfMemory(node: Node | undefined, where: string, cause?: unknown): OutriggerError {
  const cure = "use smaller batches or shapes, or a device with more memory";
  if (node === undefined)
    return new OutriggerError("out-of-memory", `${where} is out of memory: ${cure}`, {}, cause);
  const { op, line, output } = describe(node);
  const said = `${where} has no memory for ${op} at ${line}, which gives ${output}`;
  return new OutriggerError("out-of-memory", `${said}: ${cure}`, { op, line, kernel: node.kernel }, cause);
}

/**
 * A runtime's failure as an error that names op and line, when the runtime tells the node or `node` is known.
 *
 * @param where for the message: "ONNX Runtime on cpu"
 */
export function explainFailure(error: unknown, graph: Graph, where: string, node?: Node): OutriggerError {
  if (error instanceof OutriggerError) return error;
  const { message } = error as Error;
  const guilty = node ?? blamed(message, graph);
  if (memory.test(message)) return outOfMemory(guilty, where, error);
  const { op, line } = guilty
    ? describe(guilty)
    : { op: "a graph", line: userLine(graph.nodes.at(-1)?.origin ?? new Error("empty")) };
  return new OutriggerError(
    "unsupported",
    `${where} fails to run ${op} at ${line}: ${message}`,
    { op, line },
    error,
  );
}
