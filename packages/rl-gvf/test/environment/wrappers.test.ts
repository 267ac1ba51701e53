import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { restrictActions } from "../../src/environment/restrict-actions.ts";
import { stickyActions } from "../../src/environment/sticky-actions.ts";
import type { Environment } from "../../src/environment.ts";
import { minatar } from "../../src/minatar/game.ts";
import { minatarGames } from "../../src/minatar/games.ts";

/** An environment whose reward is the action that it was given. */
const echo = (): Environment => ({
  name: "echo",
  observation: { shape: [1], dtype: "uint8", low: 0, high: 0 },
  actions: ["a", "b", "c", "d", "e", "f", "g"],
  reset: () => undefined,
  step: (action) => ({ reward: action, terminated: false, truncated: false }),
  observe: () => undefined,
  save: () => null,
  load: () => undefined,
});

const executed = (environment: Environment, actions: readonly number[]): number[] =>
  actions.map((action) => environment.step(action).reward);

describe("sticky actions", () => {
  const requested = Array.from({ length: 20_000 }, (_, t) => t % 7);

  it("with probability p the action executed before is executed again, 0 at first", () => {
    const random = Random.seeded(1, "sticky");
    const replay = Random.seeded(1, "sticky");
    let before = 0;
    const wanted = requested.map((action) => {
      before = replay.uniform() < 0.25 ? before : action;
      return before;
    });
    const got = executed(stickyActions(echo(), { probability: 0.25, random }), requested);
    expect(got).toEqual(wanted);
    // 4 standard errors of a share of 0.25 in 20,000 draws.
    const repeated = got.filter((action, t) => action !== requested[t]).length / got.length;
    expect(Math.abs(repeated - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / got.length));
  });

  it("a reset does not clear the action executed before", () => {
    const sticky = stickyActions(echo(), { probability: 1, random: Random.seeded(1, "sticky") });
    sticky.load({ ...sticky.save(), executed: 3 });
    sticky.reset();
    expect(executed(sticky, [1, 2])).toEqual([3, 3]);
  });

  it("probability 0 is the environment itself, and others than 0 to 1 are refused", () => {
    const random = Random.seeded(1, "sticky");
    expect(executed(stickyActions(echo(), { probability: 0, random }), requested)).toEqual(requested);
    for (const probability of [-0.1, 1.1, Number.NaN]) {
      expect(() => stickyActions(echo(), { probability, random })).toThrow(/from 0 to 1/);
    }
  });
});

describe("restricted actions", () => {
  it("are the environment's, in the order given", () => {
    const restricted = restrictActions(echo(), [5, 0, 2]);
    expect(restricted.actions).toEqual(["f", "a", "c"]);
    expect(executed(restricted, [0, 1, 2])).toEqual([5, 0, 2]);
    expect(() => restricted.step(3)).toThrow(/0 to 2 \(f, a, c\), not 3/);
  });

  it("need at least one, and only ones that exist", () => {
    expect(() => restrictActions(echo(), [])).toThrow(/at least one/);
    expect(() => restrictActions(echo(), [7])).toThrow(/not 7/);
  });

  it("minimal sets of the games are those published", () => {
    const minimal = Object.values(minatarGames).map((game) => game.minimalActions.length);
    expect(minimal).toEqual([5, 3, 3, 6, 4]);
    const random = Random.seeded(1, "game");
    const { actions } = minatar(minatarGames.breakout, { random, actions: "minimal" });
    expect(actions).toEqual(["noop", "left", "right"]);
  });
});
