import type { NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { leaves, mapTree, sameShape, type Tree, unflatten } from "./array.ts";
import { own, type RandomInput, type Value } from "./graph.ts";
import { ScanBody } from "./kernels/loop.ts";
import { handle, Recording, recording, valueOf, withRecording } from "./recording.ts";
import { simplify } from "./simplify.ts";

type Step<S, X, O> = (state: S, x: X) => { readonly state: S; readonly out: O };

const input = (mine: Recording, { shape, dtype }: Pick<Value, "shape" | "dtype">): Value =>
  mine.append(own.input, {}, false, {}, [[shape, dtype]]).outputs[0]!;

/** Number of steps: the first axis, which all scanned arrays share. */
function stepsOf(xs: readonly Value[]): number {
  const steps = xs[0]?.shape[0];
  if (steps === undefined || steps < 1 || xs.some(({ shape }) => shape[0] !== steps)) {
    const shapes = xs.map(({ shape }) => `[${shape.join(", ")}]`).join(", ");
    throw new OutriggerError(
      "shape",
      `scan: the scanned arrays must share their first axis, the steps; they are ${shapes}`,
    );
  }
  return steps;
}

function checkState(before: readonly Value[], after: readonly Value[]): void {
  before.forEach((was, i) => {
    const is = after[i];
    if (is && is.dtype === was.dtype && sameShape(is.shape, was.shape)) return;
    const said = `scan: state array ${i} is ${was.dtype} [${was.shape.join(", ")}] before a step`;
    const then = is ? `${is.dtype} [${is.shape.join(", ")}]` : "missing";
    throw new OutriggerError(
      "shape",
      `${said} and ${then} after it: a step must return a state like the one it got`,
    );
  });
}

/**
 * Several steps in one native call, inside a trace: s_{t+1}, o_t = f(s_t, x_t) for t = 0 … steps − 1.
 *
 * The step is recorded once and runs as ONNX's `Scan`, or as a loop on tfjs. It may use tensors of the surrounding trace, and random
 * masks: they are drawn anew for every step, in the order in which single calls would draw them.
 *
 * @param f takes the state and one slice of `xs`, returns the next state, of the same structure and shapes, and the step's results
 * @param state tree of tensors before the first step
 * @param xs tree of tensors [steps, …]
 * @returns the state after the last step, and every result as [steps, …]
 * @throws OutriggerError `trace` outside of a trace or when the step assigns a `tf.Variable`, `shape` when first axes or states differ; there is no gradient through it
 *
 * Cost: the steps', without the host's part of a call (0.1 to 0.3 ms each): worth it for small networks.
 *
 * @example
 * const { state, out } = scan((w, { x, y }) => {
 *   const g = grad(loss)(w, x, y);
 *   return { state: tf.sub(w, tf.mul(0.1, g)), out: { loss: loss(w, x, y) } };
 * }, weights, batches);
 */
export function scan<S extends Tree<Tensor>, X extends Tree<Tensor>, O extends Tree<Tensor>>(
  f: Step<S, X, O>,
  state: S,
  xs: X,
): { readonly state: S; readonly out: O } {
  const outer = recording();
  const before = leaves(state as Tree<Tensor>).map(valueOf);
  const scanned = leaves(xs as Tree<Tensor>).map(valueOf);
  const steps = stepsOf(scanned);
  const mine = new Recording(outer);
  const inputs = [...before, ...scanned.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }))].map(
    (value) => input(mine, value),
  );
  const variables = Object.values(tf.engine().registeredVariables).map((v) => [v, v.dataId] as const);
  const result = withRecording(mine, () =>
    tf.tidy(() => {
      const args = inputs.map(handle);
      const made = f(
        unflatten(state as Tree<Tensor>, args.slice(0, before.length)) as S,
        unflatten(xs as Tree<Tensor>, args.slice(before.length)) as X,
      );
      return {
        state: mapTree(made.state as Tree<Tensor>, valueOf),
        out: mapTree(made.out as Tree<Tensor>, valueOf),
      } as never;
    }),
  ) as { state: Tree<Value>; out: Tree<Value> };
  checkState(before, leaves(result.state));
  const assigned = variables.find(([variable, id]) => variable.dataId !== id)?.[0];
  if (assigned !== undefined) {
    const said = `the step of a scan assigned tf.Variable ${assigned.name}`;
    throw new OutriggerError("trace", `${said}: make its value part of the state, or take single steps`);
  }

  const masks = liftMasks(outer, mine.masks, steps);
  const graph = simplify({
    nodes: mine.nodes,
    inputs: [
      ...inputs,
      ...mine.masks.map(({ value }) => value),
      ...mine.lifted.map(({ value }) => value),
    ].map((value) => ({
      name: `${value.id}`,
      value,
    })),
    variables: [],
    masks: [],
    captured: [],
    outputs: [result.state, result.out],
  });
  const body = new ScanBody(graph, before.length, scanned.length + masks.length, steps);
  const given = [...before, ...scanned, ...masks, ...mine.lifted.map(({ outer }) => outer)].map(handle);
  const made = tf
    .engine()
    .runKernel(own.scan, given as unknown as NamedTensorMap, { body } as never) as unknown as Tensor[];
  return {
    state: unflatten(state as Tree<Tensor>, made.slice(0, before.length)) as S,
    out: unflatten(result.out, made.slice(before.length)) as unknown as O,
  };
}

/** Masks of the body become scanned inputs of the surrounding trace. */
function liftMasks(outer: Recording, masks: readonly RandomInput[], steps: number): Value[] {
  const group = { steps };
  return masks.map(({ value: { shape, dtype }, keep }) => {
    const value = input(outer, { shape: [steps, ...shape], dtype });
    outer.masks.push({ value, keep, scan: group });
    return value;
  });
}
