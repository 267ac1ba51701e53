import { array as values } from "@outrigger/core";

const some = (shape: readonly number[]) =>
  values(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)), shape);
const weights = some([8, 1]);
const inputs = some([32, 8]);
const targets = some([32, 1]);
