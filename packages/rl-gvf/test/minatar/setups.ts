import type { AsterixState } from "../../src/minatar/asterix.ts";
import type { BreakoutState } from "../../src/minatar/breakout.ts";
import type { FreewayState } from "../../src/minatar/freeway.ts";
import type { SeaquestState } from "../../src/minatar/seaquest-state.ts";
import type { SpaceInvadersState } from "../../src/minatar/space-invaders.ts";

/** Variables that are numbers, of all games. */
interface Numbers {
  alien_dir: number;
  alien_move_timer: number;
  alien_shot_timer: number;
  ball_dir: number;
  ball_x: number;
  ball_y: number;
  d_spawn_timer: number;
  diver_count: number;
  e_spawn_speed: number;
  e_spawn_timer: number;
  enemy_move_interval: number;
  last_x: number;
  last_y: number;
  move_speed: number;
  move_timer: number;
  oxygen: number;
  player_x: number;
  player_y: number;
  pos: number;
  ramp_index: number;
  ramp_timer: number;
  shot_timer: number;
  spawn_speed: number;
  spawn_timer: number;
  sub_x: number;
  sub_y: number;
  terminate_timer: number;
}

type Cell = [y: number, x: number];
type Entity = [x: number, y: number, right: boolean, timer: number, shotTimer: number];

interface AsterixVariables extends Numbers {
  entities: ([x: number, y: number, right: boolean, gold: boolean] | null)[];
}
interface BreakoutVariables extends Numbers {
  brick_map: Cell[];
  strike: boolean;
}
interface FreewayVariables extends Numbers {
  cars: [x: number, y: number, timer: number, speed: number][];
}
interface SeaquestVariables extends Numbers {
  sub_or: boolean;
  surface: boolean;
  f_bullets: Entity[];
  e_bullets: Entity[];
  e_fish: Entity[];
  e_subs: Entity[];
  divers: Entity[];
}
interface SpaceInvadersVariables extends Numbers {
  alien_map: Cell[];
  f_bullet_map: Cell[];
  e_bullet_map: Cell[];
}

/** From the variable names of the recorded cases to our states. */
export const setups: Record<string, (v: never) => unknown> = {
  asterix: (v: AsterixVariables): AsterixState => ({
    over: false,
    x: v.player_x,
    y: v.player_y,
    kind: v.entities.map((e) => (e === null ? 0 : e[3] ? 2 : 1)),
    column: v.entities.map((e) => e?.[0] ?? 0),
    movesRight: v.entities.map((e) => e?.[2] ?? false),
    spawnSpeed: v.spawn_speed,
    spawnTimer: v.spawn_timer,
    moveSpeed: v.move_speed,
    moveTimer: v.move_timer,
    rampTimer: v.ramp_timer,
    rampIndex: v.ramp_index,
  }),

  breakout: (v: BreakoutVariables): BreakoutState => {
    const bricks = Array.from({ length: 30 }, () => 0);
    for (const [y, x] of v.brick_map) bricks[(y - 1) * 10 + x] = 1;
    return {
      over: false,
      paddle: v.pos,
      ballX: v.ball_x,
      ballY: v.ball_y,
      lastX: v.last_x,
      lastY: v.last_y,
      direction: v.ball_dir,
      bricks,
      bricksLeft: v.brick_map.length,
      strike: v.strike,
    };
  },

  freeway: (v: FreewayVariables): FreewayState => ({
    over: false,
    y: v.pos,
    moveTimer: v.move_timer,
    countdown: v.terminate_timer,
    column: v.cars.map((car) => car[0]),
    timer: v.cars.map((car) => car[2]),
    speed: v.cars.map((car) => car[3]),
  }),

  seaquest: (v: SeaquestVariables): SeaquestState => {
    const bullet = ([x, y, right]: Entity) => ({ x, y, right });
    const fish = ([x, y, right, moveTimer]: Entity) => ({ x, y, right, moveTimer });
    return {
      over: false,
      x: v.sub_x,
      y: v.sub_y,
      right: v.sub_or,
      oxygen: v.oxygen,
      divers: v.diver_count,
      atSurface: v.surface,
      bullets: v.f_bullets.map(bullet),
      enemyBullets: v.e_bullets.map(bullet),
      fish: v.e_fish.map(fish),
      subs: v.e_subs.map((row: Entity) => ({ ...fish(row), shotTimer: row[4] })),
      swimmers: v.divers.map(fish),
      spawnSpeed: v.e_spawn_speed,
      spawnTimer: v.e_spawn_timer,
      diverTimer: v.d_spawn_timer,
      moveSpeed: v.move_speed,
      shotTimer: v.shot_timer,
      rampIndex: v.ramp_index,
    };
  },

  "space-invaders": (v: SpaceInvadersVariables): SpaceInvadersState => {
    const board = (cells: Cell[]): number[] => {
      const rows = Array.from({ length: 10 }, () => 0);
      for (const [y, x] of cells) rows[y]! |= 1 << x;
      return rows;
    };
    return {
      over: false,
      cannon: v.pos,
      aliens: board(v.alien_map),
      bullets: board(v.f_bullet_map),
      alienBullets: board(v.e_bullet_map),
      direction: v.alien_dir,
      interval: v.enemy_move_interval,
      moveTimer: v.alien_move_timer,
      alienShotTimer: v.alien_shot_timer,
      shotTimer: v.shot_timer,
      rampIndex: v.ramp_index,
    };
  },
};
