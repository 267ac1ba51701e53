export {
  type ArrayData,
  array,
  type DType,
  leaves,
  mapTree,
  type NDArray,
  type Spec,
  type Tree,
  unflatten,
} from "./array.ts";
export { type Compiled, type CompileOptions, compile } from "./compile.ts";
export { chooseDevice } from "./device/choose.ts";
export type { Device, DeviceOptions } from "./device/device.ts";
export { grad, gradients } from "./grad.ts";
export type { Graph } from "./graph.ts";
export { combine, gram, normalize, segmentMax, segmentMean, segmentSum, stopGradient } from "./ops.ts";
export { scan } from "./scan.ts";
export { compileStages, type Stages } from "./stages.ts";
export { compileStateful, type Stateful, type StatefulCall } from "./stateful.ts";
export { randomMask, trace } from "./trace.ts";
