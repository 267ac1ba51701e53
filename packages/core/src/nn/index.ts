export { type AttentionOptions, type AttentionParams, attention } from "./attention.ts";
export { type BatchNormOptions, type BatchNormParams, batchNorm } from "./batch-norm.ts";
export { type Bidirectional, bidirectional } from "./bidirectional.ts";
export {
  type ConvOptions,
  type ConvParams,
  conv2d,
  type DepthwiseConvOptions,
  depthwiseConv2d,
} from "./conv.ts";
export { type DenseOptions, type DenseParams, dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export {
  type EmbeddingOptions,
  type EmbeddingParams,
  embedding,
  multiHotEmbedding,
  tableOffsets,
} from "./embedding.ts";
export { gelu } from "./gelu.ts";
export { type GroupNormOptions, type GroupNormParams, groupNorm } from "./group-norm.ts";
export { type GruParams, gru } from "./gru.ts";
export { constant, glorot, he } from "./initialize.ts";
export type { AnyLayer, Chain, Layer, LayerList, Mode, NoParams, TensorsOf } from "./layer.ts";
export { type LayerNormOptions, type LayerNormParams, layerNorm } from "./layer-norm.ts";
export { type LstmParams, lstm } from "./lstm.ts";
export { orthogonal } from "./orthogonal.ts";
export { avgPool, globalAveragePool, maxPool, type PoolOptions } from "./pool.ts";
export {
  type LearnedEncodingOptions,
  type LearnedEncodingParams,
  learnedEncoding,
  sinusoidalEncoding,
} from "./positional-encoding.ts";
export type { RecurrentOptions } from "./recurrent.ts";
export type { AnySequenceLayer, SequenceLayer } from "./sequence.ts";
export { activation, type MlpOptions, mlp, sequential } from "./sequential.ts";
export {
  type TransformerBlockOptions,
  type TransformerBlockParams,
  transformerBlock,
} from "./transformer-block.ts";
