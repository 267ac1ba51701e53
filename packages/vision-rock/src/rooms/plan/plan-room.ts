import { Random } from "@outrigger/core/random";
import { VisionRockError } from "../../error.ts";
import { arrange, type Standing } from "./arrange.ts";
import { ceilingLamp, decals, screen, surfaces } from "./decorate.ts";
import { between, chance, pick } from "./draw.ts";
import { ROOM_CLASSES } from "./furniture.ts";
import { type Lighting, lightOf } from "./lighting.ts";
import { classColour, greyPalette, type Palette, palette, plain } from "./material.ts";
import type { Part, Vector } from "./part.ts";
import type { PlacedObject, RoomPlan } from "./plan.ts";
import { ROOM_SCENES, type RoomScene, sceneKinds } from "./scenes.ts";

export interface RoomOptions {
  /** Default `"standard"`. */
  readonly lighting?: Lighting;
  /** Every class has one colour of its own and all else is grey: the control in which geometry is not needed. Default false. */
  readonly easyColour?: boolean;
  /** Least and largest number of objects; default 2 to 7. A small room may have no place for all. */
  readonly objects?: readonly [least: number, most: number];
}

const DEGREE = Math.PI / 180;
/** Share of rooms that are furnished in one style and decorated in another, so that no single cue decides the scene. */
const ODD_STYLES = 0.1;

/** Light and dark parts drawn anew for every object: shades that go with the class would do for shape. */
const shaded = (random: Random, parts: readonly Part[]): Part[] =>
  parts.map((part) => (part.tone === undefined ? part : { ...part, tone: between(random, 0.6, 1.3) }));

/**
 * A room drawn from a seed: kind, size, camera, furniture, surfaces, colours and light, each from a stream of its own. So other light or other
 * colours leave the furniture where it is. Classes are told by shape and size; colours, patterns and shades of objects do not depend on them.
 *
 * Own design, after what ProcTHOR (Deitke et al., NeurIPS 2022, https://arxiv.org/abs/2206.06994) does with groups of furniture that
 * stand at walls and around tables.
 *
 * @param seed a whole number; it is the sample's id.
 * @throws VisionRockError "bad-option" for a seed that is no whole number, or numbers of objects that are not 0 <= least <= most <= 40.
 */
export function planRoom(
  seed: number,
  { lighting = "standard", easyColour = false, objects = [2, 7] }: RoomOptions = {},
): RoomPlan {
  const [least, most] = objects;
  if (!Number.isSafeInteger(seed)) {
    throw new VisionRockError("bad-option", `The seed must be a whole number, not ${seed}.`, { seed });
  }
  if (!(Number.isInteger(least) && Number.isInteger(most) && least >= 0 && least <= most && most <= 40)) {
    throw new VisionRockError(
      "bad-option",
      `objects must be 0 <= least <= most <= 40, not ${least} and ${most}.`,
    );
  }
  const layout = Random.seeded(seed, "rooms/layout");
  const look = Random.seeded(seed, "rooms/look");
  const scene = layout.integer(ROOM_SCENES.length);
  const name = ROOM_SCENES[scene]!;
  const kind = sceneKinds[name];
  const size: Vector = [
    between(layout, ...kind.width),
    between(layout, ...kind.depth),
    between(layout, ...kind.height),
  ];
  const camera = cameraIn(layout, size);
  const count = least + layout.integer(most - least + 1);
  const standing = arrange(layout, kind, size, count, camera.at);

  const colours = easyColour ? greyPalette(look) : palette(look);
  const others = ROOM_SCENES.filter((other) => other !== name);
  const style = sceneKinds[chance(look, ODD_STYLES) ? pick(look, others) : name].style;
  const furnished = standing.map(({ name, piece, at, yaw }): PlacedObject => {
    const category = ROOM_CLASSES.indexOf(name);
    const material = easyColour ? plain(classColour(category)) : colours.material(colours.colour());
    const parts = easyColour ? piece.parts : shaded(look, piece.parts);
    return { category, at, yaw, parts, material, casts: true };
  });
  return {
    id: seed,
    scene,
    size,
    surfaces: surfaces(look, style, colours),
    decals: decals(look, style, colours, size),
    objects: [...furnished, ...screens(look, name, standing, colours), ceilingLamp(look, style, size)],
    light: lightOf(Random.seeded(seed, "rooms/light"), lighting, size),
    camera,
  };
}

/** Near the near wall at eye height, looking to the middle of the room, mostly a little down. */
function cameraIn(random: Random, size: Vector): RoomPlan["camera"] {
  const at: Vector = [
    size[0] * between(random, 0.25, 0.75),
    between(random, 0.12, 0.3),
    between(random, 1.1, 1.7),
  ];
  const middle = Math.atan2(at[0] - size[0] / 2, size[1] * 0.6);
  const yaw = middle + between(random, -14, 14) * DEGREE;
  const limit = 26 * DEGREE;
  return {
    at,
    yaw: Math.max(-limit, Math.min(limit, yaw)),
    pitch: between(random, -20, 2) * DEGREE,
  };
}

/** Screens on most cabinets of offices and living rooms, where nothing else stands. None on desks: it would tell them from tables. */
function screens(
  random: Random,
  scene: RoomScene,
  standing: readonly Standing[],
  colours: Palette,
): PlacedObject[] {
  if (scene !== "office" && scene !== "living room") return [];
  return standing.flatMap(({ name, piece, at, yaw }) => {
    if (name !== "cabinet" || !chance(random, 0.8)) return [];
    if (
      standing.some((other) => other.at[2] > 0 && Math.hypot(other.at[0] - at[0], other.at[1] - at[1]) < 0.8)
    ) {
      return [];
    }
    const width = Math.min(piece.width, between(random, 0.45, 0.6));
    const place: Vector = [at[0], at[1], piece.height];
    const material = plain(colours.colour());
    return [{ category: -1, at: place, yaw, parts: screen(width), material, casts: true }];
  });
}
