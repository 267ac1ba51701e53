import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { leaves, mapTree, type NDArray, type Spec, type Tree } from "./array.ts";
import { backendName, registerBackend } from "./backend.ts";
import { compareTraces } from "./frozen.ts";
import { type CapturedVariable, type Graph, type GraphInput, own, type Value } from "./graph.ts";
import { unsupportedKernel } from "./kernel.ts";
import { callersLine, userLine } from "./origin.ts";
import { handle, Recording, recording, valueOf, withRecording } from "./recording.ts";
import { currentBackend } from "./tfjs-backend.ts";
import "./kernels/index.ts";

/** A function over trees of tensors, written with tfjs ops. */
export type Traceable = (...args: never[]) => Tree<Tensor>;

/** A new graph input inside the running trace. */
function newInput(spec: Spec): Value {
  const attributes = { shape: [...spec.shape], dtype: spec.dtype ?? "float32" };
  return valueOf(tf.engine().runKernel(own.input, {}, attributes) as Tensor);
}

/**
 * Variables that the function assigns must come out unharmed: a clone keeps the data alive while tfjs's `assign` swaps the
 * variable's data for a symbolic value.
 */
function guardVariables(): () => Map<string, Value> {
  const before = new Map(
    Object.values(tf.engine().registeredVariables).map((v) => [
      v,
      { copy: tf.keep(v.clone()), id: v.dataId },
    ]),
  );
  return () => {
    const assigned = new Map<string, Value>();
    const created: string[] = [];
    for (const variable of Object.values(tf.engine().registeredVariables)) {
      const kept = before.get(variable);
      if (!kept) {
        created.push(variable.name);
        variable.dispose();
      } else if (variable.dataId !== kept.id) {
        assigned.set(variable.name, variable.dataId as Value);
        variable.assign(kept.copy);
      }
    }
    for (const { copy } of before.values()) copy.dispose();
    if (created.length > 0) {
      const cure = "create variables outside the traced function";
      throw new OutriggerError(
        "trace",
        `the traced function created tf.Variable ${created.join(", ")}: ${cure}`,
      );
    }
    return assigned;
  };
}

function isTensorTree(tree: unknown): boolean {
  return leaves(tree as Tree<unknown>).every((leaf) => leaf instanceof tf.Tensor);
}

/** tfjs reports a missing kernel as a plain error; ours names the kernel and the caller's line. */
function callNamingKernels<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const name = /^Kernel '(\w+)' not registered for backend/.exec((error as Error).message)?.[1];
    throw name === undefined ? error : unsupportedKernel(name, userLine(error as Error), error);
  }
}

/** Runs the function once on the recording backend. */
function record(f: Traceable, specs: readonly Tree<Spec>[]): Graph {
  registerBackend();
  const outer = currentBackend();
  const restore = guardVariables();
  const mine = new Recording();
  const inputs: GraphInput[] = [];
  let outputs: Tree<Value> | undefined;
  let assigned: Map<string, Value>;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  try {
    void tf.setBackend(backendName);
    withRecording(mine, () =>
      tf.tidy(() => {
        const args = mapTree(specs as Tree<Spec>, (spec, name) => {
          const value = newInput(spec);
          inputs.push({ name, value });
          return handle(value);
        }) as unknown as never[];
        const result = callNamingKernels(() => f(...args));
        if (result instanceof Promise) {
          const cure = "trace a synchronous function; await outside of it";
          throw new OutriggerError("trace", `the traced function returned a promise: ${cure}`);
        }
        if (!isTensorTree(result)) {
          const cure = "return tensors, or lists and records of tensors";
          throw new OutriggerError(
            "trace",
            `the traced function returned something else than tensors: ${cure}`,
          );
        }
        if (tf.getBackend() !== backendName) {
          const cure = "choose the backend outside of it";
          throw new OutriggerError("trace", `the traced function changed the tfjs backend: ${cure}`);
        }
        outputs = mapTree(result, valueOf);
      }),
    );
  } finally {
    Error.stackTraceLimit = limit;
    void tf.setBackend(outer);
    assigned = restore();
  }
  const variables: CapturedVariable[] = mine.variables.map(({ variable, value }) => {
    const updated = assigned.get(variable.name);
    return updated ? { variable, value, updated } : { variable, value };
  });
  const seen = new Set(variables.map((v) => v.variable.name));
  const unread = [...assigned.keys()].find((name) => !seen.has(name));
  if (unread !== undefined) {
    throw new OutriggerError(
      "trace",
      `tf.Variable ${unread} was assigned but never read: return its value instead`,
    );
  }
  return {
    nodes: mine.nodes,
    inputs,
    variables,
    masks: mine.masks,
    captured: mine.captured,
    outputs: outputs!,
  };
}

/**
 * Records a function of tfjs ops as a graph of tfjs kernels; nothing is computed.
 *
 * The function runs twice on a backend whose tensors have only a shape and an element type. Captured `tf.Variable`s become
 * named inputs (and outputs, when the function assigns them); the values of other captured tensors are copied.
 *
 * @param f takes and returns trees (lists, records) of tensors
 * @returns a function of the arguments' shapes that returns the graph
 * @throws OutriggerError `trace` when the function reads a tensor's value, returns a promise, changes the backend, uses tensors
 *   of another trace, or draws random numbers in JavaScript (which the graph would freeze); `unsupported` for a kernel that
 *   graphs do not have. The messages name the op and the caller's line.
 *
 * Cost: two runs of `f` without arithmetic.
 *
 * @example
 * const graph = trace((x: Tensor) => tf.sum(tf.square(x)))({ shape: [3] });
 */
export function trace(f: Traceable): (...specs: Tree<Spec>[]) => Graph {
  return (...specs) => {
    const graph = record(f, specs);
    compareTraces(graph, record(f, specs));
    return graph;
  };
}

/**
 * A random mask of the given shape: 1/keep with probability `keep`, else 0. Inside a graph it is an *input*, drawn from the
 * caller's seeded stream on every run, so dropout is never frozen and a run can be repeated exactly.
 *
 * @param keep probability in (0, 1]
 * @throws OutriggerError `trace` outside of a trace, `bad-option` for a `keep` outside of (0, 1]
 */
export function randomMask(shape: readonly number[], keep: number): Tensor {
  if (!(keep > 0 && keep <= 1)) {
    throw new OutriggerError("bad-option", `keep is ${keep}: give a probability above 0 and at most 1`);
  }
  const mine = recording();
  const value = newInput({ shape });
  mine.masks.push({ value, keep });
  return handle(value);
}

/** Feeds of a graph by input: the leaves of the arguments, checked against the shapes that were traced. */
export function bindArguments(graph: Graph, args: readonly Tree<NDArray>[]): Map<Value, NDArray> {
  const flat = leaves(args as Tree<NDArray>);
  if (flat.length !== graph.inputs.length) {
    const said = `the graph takes ${graph.inputs.length} arrays, but the arguments hold ${flat.length}`;
    throw new OutriggerError("shape", said);
  }
  return new Map(
    graph.inputs.map(({ name, value }, i) => {
      const given = flat[i]!;
      const same = given.dtype === value.dtype && given.shape.join() === value.shape.join();
      if (!same) {
        const was = `${value.dtype} [${value.shape.join(", ")}]`;
        const is = `${given.dtype} [${given.shape.join(", ")}]`;
        const cure = "pad the last batch, or compile once per shape";
        const line = callersLine();
        throw new OutriggerError(
          "shape",
          `argument ${name} was ${was} when compiled and is ${is} in the call at ${line}: ${cure}`,
          { argument: name, line },
        );
      }
      return [value, given];
    }),
  );
}
