export type { Applicable, ExportOptions } from "./evaluation-graph.ts";
export { type GraphModelOptions, toGraphModel } from "./graph-model.ts";
export { fromLayersModel, type LayersParams, type LayersTrunk } from "./layers-model.ts";
export { type LoadWeightsOptions, loadWeights } from "./load-weights.ts";
export { modelFolder } from "./model-folder.ts";
export { type OnnxFileOptions, toOnnxFile } from "./onnx-file.ts";
export { readOnnxWeights } from "./onnx-weights.ts";
