import type { Box } from "../box.ts";
import type { Sample } from "../sample.ts";

/**
 * The sample seen in a mirror: column u becomes W − 1 − u everywhere, the x component of normals changes its sign, and the camera's cx becomes
 * W − 1 − cx. Twice is the sample itself. Cost: one pass over the arrays.
 */
export function flip(sample: Sample): Sample {
  const { width, height, camera } = sample;
  const rgb = new Uint8Array(sample.rgb.length);
  const depth = new Float32Array(sample.depth.length);
  const normals = new Float32Array(sample.normals.length);
  const instances = new Uint8Array(sample.instances.length);
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const to = v * width + u;
      const from = v * width + width - 1 - u;
      depth[to] = sample.depth[from]!;
      instances[to] = sample.instances[from]!;
      for (let c = 0; c < 3; c++) rgb[3 * to + c] = sample.rgb[3 * from + c]!;
      // 0 − x, not −x: unknown normals stay 0 rather than −0.
      normals[3 * to] = 0 - sample.normals[3 * from]!;
      normals[3 * to + 1] = sample.normals[3 * from + 1]!;
      normals[3 * to + 2] = sample.normals[3 * from + 2]!;
    }
  }
  const mirrored = ([x, y, w, h]: Box): Box => [width - x - w, y, w, h];
  const objects = sample.objects.map((object) => ({
    ...object,
    box: mirrored(object.box),
    amodal: mirrored(object.amodal),
  }));
  return {
    ...sample,
    rgb,
    depth,
    normals,
    instances,
    objects,
    camera: { ...camera, cx: width - 1 - camera.cx },
  };
}
