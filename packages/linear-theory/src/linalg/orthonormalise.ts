/**
 * Orthonormal vectors that span the same space, in place: Gram and Schmidt's process, twice for accuracy. A vector that depends on those
 * before is replaced by an axis that does not.
 *
 * @param vectors one after the other, each of the given length; no more of them than that.
 * Cost: 4 · length · count².
 */
export function orthonormalise(vectors: Float64Array, length: number): Float64Array {
  for (let i = 0; i < vectors.length / length; i++) {
    const vector = vectors.subarray(i * length, (i + 1) * length);
    const before = Math.sqrt(dot(vector, vector));
    let left = project(vectors, vector, i, length);
    if (left <= 1e-10 * before) left = 0;
    // Of the axes, one at least has a squared distance of 1/length from the span of fewer than `length` vectors.
    for (let axis = 0; left === 0; axis++) {
      vector.fill(0);
      vector[axis] = 1;
      left = project(vectors, vector, i, length);
      if (left < 0.5 / Math.sqrt(length)) left = 0;
    }
    for (let r = 0; r < length; r++) vector[r]! /= left;
  }
  return vectors;
}

/** Takes from a vector what lies along the first `count`; returns the length of what is left. */
function project(vectors: Float64Array, vector: Float64Array, count: number, length: number): number {
  for (let pass = 0; pass < 2; pass++)
    for (let j = 0; j < count; j++) {
      const other = vectors.subarray(j * length, (j + 1) * length);
      const along = dot(vector, other);
      for (let r = 0; r < length; r++) vector[r]! -= along * other[r]!;
    }
  return Math.sqrt(dot(vector, vector));
}

/** The inner product of two vectors. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
