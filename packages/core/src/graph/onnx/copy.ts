import type { DType } from "../array.ts";
import { encodeModel, type OnnxNode, valueInfo } from "./proto.ts";

/** A model that gives back its inputs `in0`, `in1`, … as `out0`, `out1`, …: it carries values from one memory to another. */
export function copyModel(
  specs: readonly { readonly shape: readonly number[]; readonly dtype: DType }[],
): Uint8Array {
  const nodes = specs.map(
    (_, i): OnnxNode => ({
      name: "",
      op_type: "Identity",
      domain: "",
      input: [`in${i}`],
      output: [`out${i}`],
      attribute: [],
    }),
  );
  const info = (prefix: string) =>
    specs.map(({ shape, dtype }, i) => valueInfo(`${prefix}${i}`, dtype, shape));
  return encodeModel(nodes, [], info("in"), info("out"));
}
