/** A feature map without its batch: [batch, height, width, channels] in a graph. */
export interface MapShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}
