import type { ObservationBuffer } from "../environment.ts";
import { clamp, DOWN, FIRE, type Game, inside, LEFT, RIGHT, SIDE, UP } from "./game.ts";
import {
  advance,
  type Bullet,
  type EnemySub,
  type Fish,
  isAt,
  type SeaquestState,
  tryMove,
} from "./seaquest-state.ts";

const SHOT_STEPS = 5;
const ENEMY_SHOT_STEPS = 10;
const DIVER_MOVE_STEPS = 5;
const DIVER_SPAWN_STEPS = 30;
const MAX_OXYGEN = 200;
const FULL_CREW = 6;
/** Entities swim on rows 1 to 8; row 0 is the surface, row 9 shows the gauges. */
const SWIM_ROWS = 8;
const GAUGE_ROW = SIDE - 1;
const CHANNELS = 10;

/**
 * A submarine shoots fish and enemy submarines for 1 each, picks up divers and must surface for air with at least one of them; with
 * six it is paid for the oxygen left. As in the original, surfacing with six leaves a count of -1, and below 0 surfacing is free.
 */
export const seaquest: Game<SeaquestState> = {
  name: "seaquest",
  channels: [
    "sub_front",
    "sub_back",
    "friendly_bullet",
    "trail",
    "enemy_bullet",
    "enemy_fish",
    "enemy_sub",
    "oxygen",
    "diver_count",
    "diver",
  ],
  minimalActions: [0, LEFT, UP, RIGHT, DOWN, FIRE],

  start: () => ({
    over: false,
    x: 5,
    y: 0,
    right: false,
    oxygen: MAX_OXYGEN,
    divers: 0,
    atSurface: true,
    bullets: [],
    enemyBullets: [],
    fish: [],
    subs: [],
    swimmers: [],
    spawnSpeed: 20,
    spawnTimer: 20,
    diverTimer: DIVER_SPAWN_STEPS,
    moveSpeed: 5,
    shotTimer: 0,
    rampIndex: 0,
  }),

  step(state, action, random, ramping) {
    if (state.spawnTimer === 0) {
      spawnEnemy(state, random.uniform() < 1 / 2, random.uniform() < 1 / 3, 1 + random.integer(SWIM_ROWS));
      state.spawnTimer = state.spawnSpeed;
    }
    if (state.diverTimer === 0) {
      const right = random.uniform() < 1 / 2;
      const y = 1 + random.integer(SWIM_ROWS);
      state.swimmers.push({ x: right ? 0 : SIDE - 1, y, right, moveTimer: DIVER_MOVE_STEPS });
      state.diverTimer = DIVER_SPAWN_STEPS;
    }
    act(state, action);
    let reward = moveBullets(state);
    moveDivers(state);
    reward += moveEnemies(state, state.subs);
    moveEnemyBullets(state);
    reward += moveEnemies(state, state.fish);
    if (state.spawnTimer > 0) state.spawnTimer--;
    if (state.diverTimer > 0) state.diverTimer--;
    if (state.shotTimer > 0) state.shotTimer--;
    return reward + breathe(state, ramping);
  },

  paint(state, out, offset) {
    const { x, y, right, bullets, enemyBullets, fish, subs, swimmers } = state;
    out[cellIndex(offset, x, y)] = 1;
    const back = right ? x - 1 : x + 1;
    if (inside(back)) out[cellIndex(offset, back, y) + 1] = 1;
    for (const bullet of bullets) out[cellIndex(offset, bullet.x, bullet.y) + 2] = 1;
    for (const bullet of enemyBullets) out[cellIndex(offset, bullet.x, bullet.y) + 4] = 1;
    for (const one of fish) paintSwimmer(one, 5, out, offset);
    for (const one of subs) paintSwimmer(one, 6, out, offset);
    for (const one of swimmers) paintSwimmer(one, 9, out, offset);
    const air = Math.floor((SIDE * Math.max(0, state.oxygen)) / MAX_OXYGEN);
    for (let column = 0; column < air; column++) out[cellIndex(offset, column, GAUGE_ROW) + 7] = 1;
    for (let column = GAUGE_ROW - state.divers; column < GAUGE_ROW; column++) {
      out[cellIndex(offset, column, GAUGE_ROW) + 8] = 1;
    }
  },
};

const cellIndex = (offset: number, x: number, y: number): number => offset + (y * SIDE + x) * CHANNELS;

/** An entity and, behind it, its trail. */
function paintSwimmer(
  { x, y, right }: Bullet,
  channel: number,
  out: ObservationBuffer,
  offset: number,
): void {
  out[cellIndex(offset, x, y) + channel] = 1;
  const behind = right ? x - 1 : x + 1;
  if (inside(behind)) out[cellIndex(offset, behind, y) + 3] = 1;
}

/** An enemy enters, unless one on its row swims the other way. */
function spawnEnemy(state: SeaquestState, right: boolean, isSub: boolean, y: number): void {
  if (opposed(state.subs, y, right) || opposed(state.fish, y, right)) return;
  const x = right ? 0 : SIDE - 1;
  const moveTimer = state.moveSpeed;
  if (isSub) state.subs.push({ x, y, right, moveTimer, shotTimer: ENEMY_SHOT_STEPS });
  else state.fish.push({ x, y, right, moveTimer });
}

function opposed(enemies: readonly Fish[], y: number, right: boolean): boolean {
  for (const enemy of enemies) if (enemy.y === y && enemy.right !== right) return true;
  return false;
}

function act(state: SeaquestState, action: number): void {
  if (action === FIRE && state.shotTimer === 0) {
    state.bullets.push({ x: state.x, y: state.y, right: state.right });
    state.shotTimer = SHOT_STEPS;
  } else if (action === LEFT || action === RIGHT) {
    state.right = action === RIGHT;
    state.x = clamp(state.x + (state.right ? 1 : -1), 0, SIDE - 1);
  } else if (action === UP) state.y = clamp(state.y - 1, 0, SWIM_ROWS);
  else if (action === DOWN) state.y = clamp(state.y + 1, 0, SWIM_ROWS);
}

/** Newest first, as everything that moves here; a bullet takes one fish with it, or else one submarine. */
function moveBullets(state: SeaquestState): number {
  let reward = 0;
  for (let i = state.bullets.length - 1; i >= 0; i--) {
    const bullet = state.bullets[i]!;
    if (!advance(bullet)) state.bullets.splice(i, 1);
    else if (removeAt(state.fish, bullet) || removeAt(state.subs, bullet)) {
      state.bullets.splice(i, 1);
      reward++;
    }
  }
  return reward;
}

/** Removes the first entity on that cell, if there is one. */
function removeAt(entities: Bullet[], { x, y }: Bullet): boolean {
  for (let i = 0; i < entities.length; i++) {
    if (!isAt(entities[i]!, x, y)) continue;
    entities.splice(i, 1);
    return true;
  }
  return false;
}

function moveDivers(state: SeaquestState): void {
  for (let i = state.swimmers.length - 1; i >= 0; i--) {
    const diver = state.swimmers[i]!;
    let gone = pickUp(state, diver);
    if (!gone && tryMove(diver, DIVER_MOVE_STEPS)) gone = !inside(diver.x) || pickUp(state, diver);
    if (gone) state.swimmers.splice(i, 1);
  }
}

/** Takes the diver on board if it is on the submarine's cell and there is room; says whether it did. */
function pickUp(state: SeaquestState, diver: Fish): boolean {
  if (state.divers >= FULL_CREW || !isAt(diver, state.x, state.y)) return false;
  state.divers++;
  return true;
}

/** Fish or submarines. A submarine that leaves or dies in this step still fires a shot that is due. */
function moveEnemies(state: SeaquestState, enemies: (Fish | EnemySub)[]): number {
  let reward = 0;
  for (let i = enemies.length - 1; i >= 0; i--) {
    const enemy = enemies[i]!;
    if (isAt(enemy, state.x, state.y)) state.over = true;
    if (tryMove(enemy, state.moveSpeed)) {
      if (!inside(enemy.x)) enemies.splice(i, 1);
      else if (isAt(enemy, state.x, state.y)) state.over = true;
      else if (removeAt(state.bullets, enemy)) {
        enemies.splice(i, 1);
        reward++;
      }
    }
    if ("shotTimer" in enemy) shoot(state, enemy);
  }
  return reward;
}

function shoot(state: SeaquestState, sub: EnemySub): void {
  if (sub.shotTimer > 0) {
    sub.shotTimer--;
    return;
  }
  sub.shotTimer = ENEMY_SHOT_STEPS;
  state.enemyBullets.push({ x: sub.x, y: sub.y, right: sub.right });
}

function moveEnemyBullets(state: SeaquestState): void {
  for (let i = state.enemyBullets.length - 1; i >= 0; i--) {
    const bullet = state.enemyBullets[i]!;
    if (isAt(bullet, state.x, state.y)) state.over = true;
    if (!advance(bullet)) state.enemyBullets.splice(i, 1);
    else if (isAt(bullet, state.x, state.y)) state.over = true;
  }
}

/** Oxygen goes down under water. At the surface it is filled up for the price of a diver; with none the episode ends. */
function breathe(state: SeaquestState, ramping: boolean): number {
  if (state.oxygen <= 0) state.over = true;
  if (state.y > 0) {
    state.oxygen--;
    state.atSurface = false;
    return 0;
  }
  if (state.atSurface) return 0;
  if (state.divers === 0) {
    state.over = true;
    return 0;
  }
  state.atSurface = true;
  let reward = 0;
  if (state.divers === FULL_CREW) {
    reward = Math.floor((10 * state.oxygen) / MAX_OXYGEN);
    state.divers = 0;
  }
  state.oxygen = MAX_OXYGEN;
  state.divers--;
  if (ramping) ramp(state);
  return reward;
}

function ramp(state: SeaquestState): void {
  if (state.spawnSpeed <= 1 && state.moveSpeed <= 2) return;
  if (state.moveSpeed > 2 && state.rampIndex % 2 === 1) state.moveSpeed--;
  if (state.spawnSpeed > 1) state.spawnSpeed--;
  state.rampIndex++;
}
