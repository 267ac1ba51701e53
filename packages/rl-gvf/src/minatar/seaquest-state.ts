import { inside } from "./game.ts";

export interface Bullet {
  x: number;
  y: number;
  right: boolean;
}

/** A fish or a diver: it moves when its timer is 0. */
export interface Fish extends Bullet {
  moveTimer: number;
}

export interface EnemySub extends Fish {
  shotTimer: number;
}

export interface SeaquestState {
  over: boolean;
  x: number;
  y: number;
  right: boolean;
  oxygen: number;
  /** Divers on board; -1 after six were brought up. */
  divers: number;
  atSurface: boolean;
  /** The lists keep the order of entry. */
  bullets: Bullet[];
  enemyBullets: Bullet[];
  fish: Fish[];
  subs: EnemySub[];
  swimmers: Fish[];
  spawnSpeed: number;
  spawnTimer: number;
  diverTimer: number;
  moveSpeed: number;
  shotTimer: number;
  rampIndex: number;
}

export const isAt = (entity: Bullet, x: number, y: number): boolean => entity.x === x && entity.y === y;

/** Moves it by one cell; false if it left the board. */
export function advance(entity: Bullet): boolean {
  entity.x += entity.right ? 1 : -1;
  return inside(entity.x);
}

/** Moves it by one cell if its timer has run down, and says whether it did. */
export function tryMove(entity: Fish, steps: number): boolean {
  if (entity.moveTimer > 0) {
    entity.moveTimer--;
    return false;
  }
  entity.moveTimer = steps;
  advance(entity);
  return true;
}
