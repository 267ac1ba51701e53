import type { Tensor } from "@tensorflow/tfjs";
import type { ArrayData } from "./array.ts";

/** By tfjs's `dataId`, which reshaped tensors share. */
const known = new WeakMap<object, ArrayData>();

/**
 * Notes the values of a tensor that was uploaded to a device, so that kernels that prepare tables on the host need not read it back:
 * devices such as WebGPU cannot be read in the middle of a step.
 */
export function rememberOnHost(tensor: Tensor, values: ArrayData): void {
  known.set(tensor.dataId, values);
}

/** The values of a tensor (or of one that it is a reshape of), if they were noted. */
export const knownOnHost = (tensor: Tensor): ArrayData | undefined => known.get(tensor.dataId);
