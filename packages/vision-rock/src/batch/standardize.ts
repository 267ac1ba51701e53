/** Mean and standard deviation of the channels of ImageNet's pictures, in shares of 255: what imported backbones were trained with. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

/** x ↦ factor · x + offset of every channel takes a byte to what models read, (x/255 − mean)/deviation. */
export const STANDARD: readonly { readonly factor: number; readonly offset: number }[] = MEAN.map(
  (mean, c) => ({
    factor: 1 / (255 * DEVIATION[c]!),
    offset: -mean / DEVIATION[c]!,
  }),
);

/**
 * Pictures as models read them: (x/255 − mean)/deviation with ImageNet's mean and deviation of the channel.
 *
 * @param rgb bytes [..., 3]; returns as many numbers
 */
export const standardize = (rgb: Uint8Array): Float32Array =>
  Float32Array.from(rgb, (x, i) => STANDARD[i % 3]!.factor * x + STANDARD[i % 3]!.offset);
