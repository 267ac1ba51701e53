export { type DenseOptions, type DenseParams, dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export {
  type EmbeddingOptions,
  type EmbeddingParams,
  embedding,
  multiHotEmbedding,
  tableOffsets,
} from "./embedding.ts";
export { constant, glorot, he } from "./initialize.ts";
export type { AnyLayer, Chain, Layer, LayerList, Mode, NoParams, TensorsOf } from "./layer.ts";
export { type LayerNormOptions, type LayerNormParams, layerNorm } from "./layer-norm.ts";
export { activation, type MlpOptions, mlp, sequential } from "./sequential.ts";
