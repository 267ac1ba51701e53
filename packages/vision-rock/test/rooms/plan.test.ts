import { describe, expect, it } from "vitest";
import { overlap } from "../../src/rooms/plan/footprint.ts";
import { furniture, ROOM_CLASSES } from "../../src/rooms/plan/furniture.ts";
import { classColour } from "../../src/rooms/plan/material.ts";
import { planRoom, type RoomOptions } from "../../src/rooms/plan/plan-room.ts";
import { ROOM_SCENES } from "../../src/rooms/plan/scenes.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";

const rooms = (count: number, options: RoomOptions = {}) =>
  Array.from({ length: count }, (_, i) => planRoom(1 + i, options));

describe("rooms", () => {
  it("the same seed gives the same plan and picture, another seed another", () => {
    expect(planRoom(9)).toEqual(planRoom(9));
    const rgb = (seed: number) => renderRoom(planRoom(seed)).rgb;
    expect(Buffer.compare(rgb(9), rgb(9))).toBe(0);
    expect(Buffer.compare(rgb(9), rgb(10))).not.toBe(0);
  });

  it("all classes and scenes occur, and every room has as many objects as asked for or fewer", () => {
    const plans = rooms(150, { objects: [3, 6] });
    const found = plans.flatMap(({ objects }) => objects.map(({ category }) => category));
    for (const category of ROOM_CLASSES.keys())
      expect(found.filter((c) => c === category).length).toBeGreaterThan(5);
    for (const scene of ROOM_SCENES.keys())
      expect(plans.filter((p) => p.scene === scene).length).toBeGreaterThan(8);
    for (const { objects } of plans)
      expect(objects.filter(({ category }) => category >= 0).length).toBeLessThanOrEqual(6);
    expect(planRoom(5, { objects: [0, 0] }).objects.every(({ category }) => category < 0)).toBe(true);
  });

  it("solids are inside the room, below the lamp, and away from the camera", () => {
    for (const { size, objects, light, camera } of rooms(150)) {
      for (const { at, yaw, parts, casts } of objects) {
        if (!casts) continue;
        for (const { centre, half, tilt = 0 } of parts) {
          const x = at[0] + Math.cos(yaw) * centre[0] - Math.sin(yaw) * centre[1];
          const y = at[1] + Math.sin(yaw) * centre[0] + Math.cos(yaw) * centre[1];
          expect(x > 0 && x < size[0] && y > 0 && y < size[1]).toBe(true);
          const rise = Math.abs(half[1] * Math.sin(tilt)) + half[2] * Math.cos(tilt);
          expect(at[2] + centre[2] + rise).toBeLessThan(light.at[2] - 0.05);
          expect(Math.hypot(x - camera.at[0], y - camera.at[1])).toBeGreaterThan(0.15);
        }
      }
    }
  });

  it("a desk is in rooms with desks, a table in rooms with tables, though their shapes are drawn alike", () => {
    expect(furniture.desk).toBe(furniture.table);
    const [desk, table] = [ROOM_CLASSES.indexOf("desk"), ROOM_CLASSES.indexOf("table")];
    for (const { scene, objects } of rooms(150)) {
      const name = ROOM_SCENES[scene]!;
      const wrong = ["bedroom", "office"].includes(name) ? table : desk;
      expect(objects.map(({ category }) => category)).not.toContain(wrong);
    }
  });

  it("neither its place nor what stands at it tells a desk from a table", () => {
    const [desk, table] = [ROOM_CLASSES.indexOf("desk"), ROOM_CLASSES.indexOf("table")];
    const atWall = { [desk]: [] as boolean[], [table]: [] as boolean[] };
    for (const { size, objects } of rooms(600)) {
      for (const { category, at, yaw, parts } of objects) {
        const turned = Math.abs(Math.sin(yaw)) > 0.5;
        const depth = 2 * parts[0]!.half[1];
        const gaps = turned ? [at[0], size[0] - at[0]] : [at[1], size[1] - at[1]];
        atWall[category]?.push(Math.min(...gaps) - depth / 2 < 0.07);
      }
      const screens = objects.filter(({ category, parts }) => category < 0 && parts.length === 3);
      const plates = objects.filter(({ category }) => category === desk || category === table);
      for (const { at } of screens)
        expect(plates.every((plate) => Math.hypot(plate.at[0] - at[0], plate.at[1] - at[1]) > 0.1)).toBe(
          true,
        );
    }
    const share = (all: readonly boolean[]) => all.filter(Boolean).length / all.length;
    const [desks, tables] = [atWall[desk]!, atWall[table]!];
    expect(Math.min(desks.length, tables.length)).toBeGreaterThan(100);
    // Both are drawn with chance 1/2; rooms have not the same sizes, so that the places that are left differ a little.
    expect(share(desks)).toBeGreaterThan(0.35);
    expect(Math.abs(share(desks) - share(tables))).toBeLessThan(0.15);
  });

  it("shades of parts are drawn for every object, but where colour is class", () => {
    const tones = (options: RoomOptions) =>
      new Set(
        rooms(40, options).flatMap(({ objects }) =>
          objects
            .filter(({ category }) => category === ROOM_CLASSES.indexOf("chair"))
            .map(({ parts }) => parts[1]!.tone),
        ),
      );
    expect(tones({}).size).toBeGreaterThan(5);
    expect(tones({ easyColour: true })).toEqual(new Set([0.9]));
  });

  it("other light leaves geometry, colours and labels as they are", () => {
    for (let seed = 1; seed < 5; seed++) {
      const [a, b] = [planRoom(seed), planRoom(seed, { lighting: "shifted" })];
      expect({ ...a, light: null }).toEqual({ ...b, light: null });
      const [lit, shifted] = [renderRoom(a), renderRoom(b)];
      expect(shifted.depth.every((z, i) => z === lit.depth[i])).toBe(true);
      expect(shifted.objects).toEqual(lit.objects);
      expect(Buffer.compare(shifted.rgb, lit.rgb)).not.toBe(0);
    }
  });

  it("shifted light is darker and more coloured", () => {
    const mean = (options: RoomOptions) => {
      let [level, cast] = [0, 0];
      for (const { light } of rooms(100, options)) {
        level += Math.max(...light.colour) / 100;
        cast += Math.min(...light.colour) / Math.max(...light.colour) / 100;
      }
      return { level, cast };
    };
    const [standard, shifted] = [mean({}), mean({ lighting: "shifted" })];
    expect(shifted.level).toBeLessThan(0.6 * standard.level);
    expect(shifted.cast).toBeLessThan(0.8 * standard.cast);
  });

  it.each([
    [1.5, {}],
    [1, { objects: [3, 2] as const }],
    [1, { objects: [-1, 2] as const }],
    [1, { objects: [0, 41] as const }],
  ])("seed %d with %o is refused", (seed, options) => {
    expect(() => planRoom(seed, options)).toThrowError(expect.objectContaining({ code: "bad-option" }));
  });
});

describe("footprints", () => {
  it("turned rectangles overlap only where no axis separates them", () => {
    const square = { x: 0, y: 0, width: 2, depth: 2, yaw: 0 };
    const diamond = { x: 2.3, y: 0, width: 2, depth: 2, yaw: Math.PI / 4 };
    expect(overlap(square, diamond)).toBe(true);
    expect(overlap(square, { ...diamond, x: 2.5 })).toBe(false);
    // Corner to corner: bounding boxes overlap, the rectangles do not.
    expect(overlap(square, { ...diamond, x: 1.8, y: 1.8 })).toBe(false);
    expect(overlap(square, { ...square, x: 2.02 }, 0.03)).toBe(true);
  });
});

/** The largest |z| of a class's mean against the mean of all, over classes and channels. */
function largestDeviation(options: RoomOptions): number {
  const rows = rooms(400, options).flatMap(({ objects }) => objects.filter(({ category }) => category >= 0));
  let largest = 0;
  for (const channel of [0, 1, 2]) {
    const values = rows.map(({ material }) => material.a[channel]!);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    for (const category of ROOM_CLASSES.keys()) {
      const own = rows.flatMap((row, i) => (row.category === category ? [values[i]!] : []));
      const difference = own.reduce((a, b) => a + b, 0) / own.length - mean;
      largest = Math.max(largest, Math.abs(difference) / Math.sqrt(variance / own.length));
    }
  }
  return largest;
}

describe("colour", () => {
  it("does not depend on the class, unless asked to", () => {
    // 36 means: a |z| above 4 has a probability below 0.3 % if colour and class are independent.
    expect(largestDeviation({})).toBeLessThan(4);
    expect(largestDeviation({ easyColour: true })).toBeGreaterThan(10);
  });

  it("patterns do not depend on the class either", () => {
    const rows = rooms(400).flatMap(({ objects }) => objects.filter(({ category }) => category >= 0));
    for (const category of ROOM_CLASSES.keys()) {
      const own = rows.filter((row) => row.category === category);
      const plain = own.filter(({ material }) => material.pattern === "plain").length;
      expect(Math.abs(plain - own.length / 2) / Math.sqrt(own.length / 4)).toBeLessThan(4);
    }
  });

  it("easy: every object shows the colour of its class and everything else is grey", () => {
    const colours = ROOM_CLASSES.map((_, category) => classColour(category));
    expect(new Set(colours.map(String)).size).toBe(ROOM_CLASSES.length);
    for (let seed = 1; seed < 9; seed++) {
      const plan = planRoom(seed, { easyColour: true });
      const white = {
        ...plan.light,
        colour: [1, 1, 1] as const,
        ambient: [0.4, 0.4, 0.4] as const,
        gamma: 1,
        noise: 0,
      };
      const { rgb, instances, objects } = renderRoom({ ...plan, decals: [], light: white });
      for (let i = 0; i < instances.length; i += 7) {
        const pixel = [...rgb.subarray(3 * i, 3 * i + 3)];
        const brightest = Math.max(...pixel);
        if (instances[i] === 0 || brightest > 250) continue;
        const own = colours[objects[instances[i]! - 1]!.category]!;
        const top = Math.max(...own);
        for (const [c, value] of pixel.entries())
          expect(Math.abs(value - (brightest * own[c]!) / top)).toBeLessThan(1.5);
      }
    }
  });

  it("easy: walls, floor and screens are grey", () => {
    for (const { surfaces, decals, objects } of rooms(30, { easyColour: true })) {
      const others = [
        ...Object.values(surfaces),
        ...decals.filter(({ material }) => material.glow === 0).map(({ material }) => material),
        ...objects.filter(({ category, casts }) => category < 0 && casts).map(({ material }) => material),
      ];
      for (const { a } of others) expect(Math.max(...a) - Math.min(...a)).toBeLessThan(0.03);
    }
  });
});

describe("what tells scenes apart", () => {
  /** Mean steps from pixel to pixel and share of glaring pixels, in a grid of 3 × 3: nothing but textures and windows. */
  function features(seed: number): number[] {
    const { rgb, width, height } = renderRoom(planRoom(seed, { objects: [0, 0] }), { width: 64, height: 48 });
    const out = new Array<number>(27).fill(0);
    const grey = (u: number, v: number): number => {
      const i = 3 * (v * width + u);
      return rgb[i]! + rgb[i + 1]! + rgb[i + 2]!;
    };
    for (let v = 0; v < height - 1; v++) {
      for (let u = 0; u < width - 1; u++) {
        const cell = 3 * (3 * Math.floor((3 * v) / height) + Math.floor((3 * u) / width));
        out[cell]! += Math.abs(grey(u + 1, v) - grey(u, v));
        out[cell + 1]! += Math.abs(grey(u, v + 1) - grey(u, v));
        out[cell + 2]! += grey(u, v) > 700 ? 40 : 0;
      }
    }
    return out.map((sum) => Math.sqrt(sum));
  }

  it("empty rooms of one kind look alike: nearest neighbours are right three times as often as chance", () => {
    const known = Array.from({ length: 240 }, (_, i) => ({
      scene: planRoom(1 + i).scene,
      at: features(1 + i),
    }));
    let right = 0;
    const asked = 80;
    for (let seed = 500_001; seed < 500_001 + asked; seed++) {
      const at = features(seed);
      const near = known
        .map((room) => ({
          scene: room.scene,
          distance: room.at.reduce((sum, x, k) => sum + (x - at[k]!) ** 2, 0),
        }))
        .sort((a, b) => a.distance - b.distance)
        .slice(0, 7);
      const votes = ROOM_SCENES.map((_, scene) => near.filter((room) => room.scene === scene).length);
      if (votes.indexOf(Math.max(...votes)) === planRoom(seed).scene) right++;
    }
    expect(right / asked).toBeGreaterThan(0.5);
  });
});
