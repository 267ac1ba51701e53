import { OutriggerError } from "../error.ts";
import type { Attributes, Node } from "../graph/graph.ts";
import { userLine } from "../graph/origin.ts";
import type { Dimension, GraphDef } from "./graph-def.ts";

/** What a translation sees of one node. */
export interface Call {
  readonly node: Node;
  readonly attributes: Attributes;
  /** Names of the inputs by key, in the order of the kernel's inputs. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Shapes of the inputs by key. */
  readonly shapes: Readonly<Record<string, readonly Dimension[]>>;
  /** The shape of the (first) output. */
  readonly shape: readonly Dimension[];
  readonly graph: GraphDef;
}

/** Appends the ops of a kernel; returns the name of the op whose outputs are the kernel's. */
export type Translation = (call: Call) => string;

/** @throws OutriggerError `unsupported` that names the kernel and the line that used it */
export function noTfOp(
  { kernel, origin }: Node,
  why = "TensorFlow's graphs have no such op in tf.js",
): OutriggerError {
  const line = userLine(origin);
  const cure = "export the model as ONNX, or write that part with other ops";
  return new OutriggerError(
    "unsupported",
    `kernel "${kernel}" (${line}) cannot be exported: ${why}: ${cure}`,
    {
      kernel,
      line,
    },
  );
}
