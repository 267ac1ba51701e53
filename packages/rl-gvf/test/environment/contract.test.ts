import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { type Environment, observationSize } from "../../src/environment.ts";
import { environments } from "./all.ts";

const STEPS = 300;

const made = (name: string, seed: number): Environment =>
  environments[name]!((stream) => Random.seeded(seed, stream));

/** As text: comparing thousands of lists number by number takes seconds. */
function observed(environment: Environment): string {
  const values = new Float64Array(observationSize(environment.observation));
  environment.observe(values);
  return values.join();
}

/** What `steps` random actions give, episodes started anew where they end. */
function played(environment: Environment, policy: Random, steps: number) {
  return Array.from({ length: steps }, () => {
    const transition = environment.step(policy.integer(environment.actions.length));
    const observation = observed(environment);
    const over = transition.terminated || transition.truncated;
    if (over) environment.reset();
    return { ...transition, observation };
  });
}

describe.each(Object.keys(environments))("%s", (name) => {
  it("the same seed plays the same, another seed another game, where anything is random", () => {
    const [one, same, other] = [1, 1, 2].map((seed) =>
      played(made(name, seed), Random.seeded(5, "policy"), STEPS),
    );
    expect(same).toEqual(one);
    if (!["space-invaders", "deep sea"].includes(name)) expect(other).not.toEqual(one);
    expect(new Set(one!.map(({ observation }) => observation)).size).toBeGreaterThan(5);
  });

  it("continues bit for bit from its state as JSON, in another environment", () => {
    const first = made(name, 3);
    played(first, Random.seeded(6, "policy"), STEPS / 2);
    const saved = JSON.stringify(first.save());
    const second = made(name, 4);
    second.load(JSON.parse(saved));
    expect(observed(second)).toEqual(observed(first));
    const wanted = played(first, Random.seeded(7, "policy"), STEPS);
    expect(played(second, Random.seeded(7, "policy"), STEPS)).toEqual(wanted);
    // What was saved is a copy: it is not changed by what came after, and can be loaded again.
    second.load(JSON.parse(saved));
    expect(played(second, Random.seeded(7, "policy"), STEPS)).toEqual(wanted);
    expect(JSON.stringify(second.save())).toBe(JSON.stringify(first.save()));
  });

  it("observations lie in the range and write their own slot only", () => {
    const environment = made(name, 8);
    const { low, high, shape, channels } = environment.observation;
    const size = observationSize(environment.observation);
    const policy = Random.seeded(8, "policy");
    if (channels !== undefined) expect(shape.at(-1)).toBe(channels.length);
    const slots = new Float32Array(3 * size).fill(77);
    for (let t = 0; t < STEPS; t++) {
      environment.observe(slots, size);
      const own = slots.subarray(size, 2 * size);
      expect(own.every((value) => value >= low && value <= high)).toBe(true);
      played(environment, policy, 1);
    }
    expect(slots.subarray(0, size).every((value) => value === 77)).toBe(true);
    expect(slots.subarray(2 * size).every((value) => value === 77)).toBe(true);
  });

  it("after the end nothing changes until the reset", () => {
    const environment = made(name, 9);
    const policy = Random.seeded(9, "policy");
    const random = () => policy.integer(environment.actions.length);
    let end = environment.step(random());
    while (!end.terminated && !end.truncated) end = environment.step(random());
    const state = environment.save();
    const { terminated, truncated } = end;
    for (let action = 0; action < environment.actions.length; action++) {
      expect(environment.step(action)).toEqual({ reward: 0, terminated, truncated });
    }
    // Sticky actions draw before every step; everything below them stands still.
    expect(innermost(environment.save())).toEqual(innermost(state));
    environment.reset();
    expect(environment.step(0).terminated).toBe(false);
  });

  it.each([-1, 99, 0.5, Number.NaN])("refuses the action %s", (action) => {
    expect(() => made(name, 1).step(action)).toThrow(/has the actions 0 to \d+ \(.*not /);
  });
});

const innermost = (state: unknown): unknown =>
  typeof state === "object" && state !== null && "inner" in state ? innermost(state.inner) : state;
