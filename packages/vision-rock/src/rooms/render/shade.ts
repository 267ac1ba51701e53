import type { Sample } from "../../sample.ts";
import type { Material } from "../plan/material.ts";
import { type Decal, type RoomPlan, SURFACES } from "../plan/plan.ts";
import { AXES, type CompiledRoom, EYE, HALF, RAY, RAY_U, RAY_V, STRIDE } from "./compile.ts";
import { BOX, CYLINDER } from "./enter.ts";
import type { Frame } from "./frame.ts";
import { patternAt } from "./pattern.ts";
import { shadowed } from "./shadow.ts";
import type { Visibility } from "./visibility.ts";

/** Entries of the table from linear light to a displayed value. */
const LEVELS = 1024;
const table = new Float64Array(LEVELS + 1);
/** Where a pixel's surface is: x, y, z in the world, two coordinates on the surface, the width of a pixel there. */
const spot = new Float64Array(6);

/**
 * Colours, depths and normals of all pixels: Lambert's law for one lamp with hard shadows, and ambient light; then gamma and noise.
 *
 *   value = albedo · (ambient + lamp · max(0, n · l) / (0.6 + 0.12 r²)) + glow,   r metres from the lamp
 *
 * @param noise seeds the picture's noise, a whole number other than 0.
 */
export function shade(
  plan: RoomPlan,
  room: CompiledRoom,
  frame: Frame,
  { depth: exact, seen }: Visibility,
  noise: number,
): Pick<Sample, "rgb" | "depth" | "normals"> {
  const { width, height, focal, cx, cy, eye, right, down, forward } = frame;
  const { data, shape, owner, tone, materials } = room;
  const { at: lamp, colour, ambient, gamma, noise: deviation } = plan.light;
  const rgb = new Uint8Array(3 * width * height);
  const depth = new Float32Array(width * height);
  const normals = new Float32Array(3 * width * height);
  for (let i = 0; i <= LEVELS; i++) table[i] = 255 * (i / LEVELS) ** (1 / gamma);
  // The triangular distribution of a sum of two uniform values has a standard deviation of 1 / √6.
  const grain = 255 * deviation * Math.sqrt(6);
  const decals = SURFACES.map((surface) => plan.decals.filter((decal) => decal.surface === surface));
  const surfaces = SURFACES.map((surface) => plan.surfaces[surface]);
  let state = noise | 0;

  for (let i = 0; i < depth.length; i++) {
    const u = i % width;
    const v = (i - u) / width;
    const t = exact[i]!;
    depth[i] = t;
    const a = (u - cx) / focal;
    const b = (v - cy) / focal;
    const x = eye[0] + t * (forward[0] + a * right[0] + b * down[0]);
    const y = eye[1] + t * (forward[1] + a * right[1] + b * down[1]);
    const z = eye[2] + t * (forward[2] + a * right[2] + b * down[2]);
    const p = seen[i]!;
    let material: Material;
    let level = 1;
    // The normal in the world, and where on the surface this is.
    let nx = 0;
    let ny = 0;
    let nz = 0;
    let across: number;
    let along: number;
    if (p < 0) {
      const surface = -1 - p;
      const axis = surface >> 1;
      const sign = (surface & 1) === 1 ? -1 : 1;
      if (axis === 0) nx = sign;
      else if (axis === 1) ny = sign;
      else nz = sign;
      across = axis === 0 ? y : x;
      along = axis === 2 ? y : z;
      material = surfaces[surface]!;
      const own = decals[surface]!;
      // The last one covers those before it.
      for (let k = own.length - 1; k >= 0; k--) {
        if (!covers(own[k]!, across, along)) continue;
        material = own[k]!.material;
        break;
      }
    } else {
      const at = p * STRIDE;
      const px = data[at + EYE]! + t * (data[at + RAY]! + u * data[at + RAY_U]! + v * data[at + RAY_V]!);
      const py =
        data[at + EYE + 1]! +
        t * (data[at + RAY + 1]! + u * data[at + RAY_U + 1]! + v * data[at + RAY_V + 1]!);
      const pz =
        data[at + EYE + 2]! +
        t * (data[at + RAY + 2]! + u * data[at + RAY_U + 2]! + v * data[at + RAY_V + 2]!);
      const hx = data[at + HALF]!;
      const hy = data[at + HALF + 1]!;
      const hz = data[at + HALF + 2]!;
      // The normal in the part's frame.
      let qx = 0;
      let qy = 0;
      let qz = 0;
      across = px;
      along = pz;
      const kind = shape[p]!;
      if (kind === BOX) {
        // The face is the one whose plane the point lies in.
        const ex = Math.abs(px) - hx;
        const ey = Math.abs(py) - hy;
        const ez = Math.abs(pz) - hz;
        if (ex > ey && ex > ez) {
          qx = px < 0 ? -1 : 1;
          across = py;
        } else if (ey > ez) {
          qy = py < 0 ? -1 : 1;
        } else {
          qz = pz < 0 ? -1 : 1;
          along = py;
        }
      } else if (kind === CYLINDER && Math.abs(pz) >= hz * (1 - 1e-9)) {
        qz = pz < 0 ? -1 : 1;
        along = py;
      } else {
        qx = px / (hx * hx);
        qy = py / (hy * hy);
        qz = kind === CYLINDER ? 0 : pz / (hz * hz);
        const length = Math.sqrt(qx * qx + qy * qy + qz * qz);
        qx /= length;
        qy /= length;
        qz /= length;
        across = hx * Math.atan2(py, px);
      }
      const w = at + AXES;
      nx = qx * data[w]! + qy * data[w + 3]! + qz * data[w + 6]!;
      ny = qx * data[w + 1]! + qy * data[w + 4]! + qz * data[w + 7]!;
      nz = qx * data[w + 2]! + qy * data[w + 5]! + qz * data[w + 8]!;
      material = materials[owner[p]!]!;
      level = tone[p]!;
    }

    const j = 3 * i;
    normals[j] = nx * right[0] + ny * right[1] + nz * right[2];
    normals[j + 1] = nx * down[0] + ny * down[1] + nz * down[2];
    normals[j + 2] = nx * forward[0] + ny * forward[1] + nz * forward[2];

    const lx = lamp[0] - x;
    const ly = lamp[1] - y;
    const lz = lamp[2] - z;
    const facing = nx * lx + ny * ly + nz * lz;
    spot[0] = x;
    spot[1] = y;
    spot[2] = z;
    let direct = 0;
    if (facing > 0 && !shadowed(room, lamp, spot)) {
      const square = lx * lx + ly * ly + lz * lz;
      direct = facing / (Math.sqrt(square) * (0.6 + 0.12 * square));
    }
    spot[3] = across;
    spot[4] = along;
    spot[5] = t / focal;
    const mix = patternAt(material, spot);
    for (let c = 0; c < 3; c++) {
      const albedo = level * (material.a[c]! + mix * (material.b[c]! - material.a[c]!));
      const value = albedo * (ambient[c]! + colour[c]! * direct + material.glow);
      // Marsaglia's xorshift, one draw a channel; its halves are the two uniform values.
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const random = ((state & 0xffff) + (state >>> 16)) / 0x10000 - 1;
      const shown = table[value >= 1 ? LEVELS : (value * LEVELS) | 0]! + grain * random;
      rgb[j + c] = shown <= 0 ? 0 : shown >= 255 ? 255 : (shown + 0.5) | 0;
    }
  }
  return { rgb, depth, normals };
}

const covers = ({ from, to, low, high }: Decal, across: number, along: number): boolean =>
  across >= from && across <= to && along >= low && along <= high;
