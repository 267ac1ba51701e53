import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { type Batch, createBatch } from "../../src/environment/batch.ts";
import { seededVector } from "../../src/environment/seeded-vector.ts";
import { type AutoresetMode, vectorEnvironment } from "../../src/environment/vector.ts";
import { observationSize } from "../../src/environment.ts";
import { environments } from "./all.ts";

const vector = (name: string, autoreset: AutoresetMode, { count = 3, seed = 1 } = {}) =>
  seededVector((random) => environments[name]!(random), { count, seed, autoreset });

/** Comparing typed arrays value by value takes seconds. */
const text = (batch: Batch): string => Object.values(batch).join(" ");

const names = ["asterix", "sticky minimal asterix", "catch", "memory chain"];

describe.each(names)("%s", (name) => {
  it.each(["next-step", "same-step", "disabled"] as const)(
    "%s: every environment plays as it does alone",
    (autoreset) => {
      const count = 3;
      const together = vector(name, autoreset, { count });
      const batch = createBatch(together);
      const size = observationSize(together.observation);
      const alone = Array.from({ length: count }, (_, i) =>
        environments[name]!((stream) => Random.seeded(1, `train/${i}/${stream}`)),
      );
      for (const one of alone) one.reset();
      together.reset(batch);
      const policy = Random.seeded(2, "policy");
      const over = alone.map(() => false);
      const expected = createBatch(together);
      let ends = 0;
      for (let t = 0; t < 300; t++) {
        const actions = alone.map(() => policy.integer(together.actions.length));
        if (autoreset === "disabled" && over.includes(true)) {
          together.reset(batch, over.map(Number));
          for (const [i, one] of alone.entries()) if (over[i]) one.reset();
          over.fill(false);
        }
        const episodes = together.step(actions, batch);
        for (const [i, one] of alone.entries()) {
          let transition = { reward: 0, terminated: false, truncated: false };
          if (over[i]) one.reset();
          else transition = one.step(actions[i]!);
          over[i] = transition.terminated || transition.truncated;
          if (over[i]) ends++;
          if (over[i] && autoreset === "same-step") {
            one.observe(expected.finalObservations, i * size);
            one.reset();
            over[i] = false;
            expect(episodes.some(({ environment }) => environment === i)).toBe(true);
          }
          expected.rewards[i] = transition.reward;
          expected.terminated[i] = transition.terminated ? 1 : 0;
          expected.truncated[i] = transition.truncated ? 1 : 0;
          one.observe(expected.observations, i * size);
        }
        expect(text(batch)).toBe(text(expected));
      }
      expect(ends).toBeGreaterThan(5);
    },
  );
});

describe("a vector", () => {
  it("next-step: the step after an end ignores the action and gives 0, and episodes are counted without it", () => {
    const catches = vector("catch", "next-step", { count: 1 });
    const batch = createBatch(catches);
    catches.reset(batch);
    for (let episode = 0; episode < 3; episode++) {
      for (let t = 0; t < 8; t++) expect(catches.step([1], batch)).toEqual([]);
      const [ended] = catches.step([1], batch);
      expect(batch.terminated[0]).toBe(1);
      expect(ended).toEqual({ environment: 0, return: batch.rewards[0], length: 9 });
      catches.step([2], batch);
      expect([batch.rewards[0], batch.terminated[0]]).toEqual([0, 0]);
      // The paddle stands in the middle: the action of this step was ignored.
      expect(batch.observations[9 * 5 + 2]).toBe(1);
    }
  });

  it("continues bit for bit from its state as JSON, ended episodes included", () => {
    const one = vector("catch", "next-step");
    const batch = createBatch(one);
    one.reset(batch);
    const policy = Random.seeded(3, "policy");
    const act = () => [0, 1, 2].map(() => policy.integer(3));
    for (let t = 0; t < 9; t++) one.step(act(), batch);
    expect([...batch.terminated]).toEqual([1, 1, 1]);
    const saved = JSON.parse(JSON.stringify(one.save()));
    const other = vector("catch", "next-step", { seed: 99 });
    other.load(saved);
    const again = createBatch(other);
    other.observe(again);
    expect(again.observations).toEqual(batch.observations);
    for (let t = 0; t < 40; t++) {
      const actions = act();
      expect(other.step(actions, again)).toEqual(one.step(actions, batch));
      expect(text(again)).toBe(text(batch));
    }
  });

  it("environment i depends on the seed, the purpose and i, not on the count", () => {
    const observed = (count: number, seed: number, purpose: "train" | "evaluation") => {
      const made = seededVector((random) => environments["memory chain"]!(random), { count, seed, purpose });
      const batch = createBatch(made);
      const rows: number[] = [];
      for (let t = 0; t < 30; t++) {
        made.reset(batch);
        rows.push(...batch.observations.subarray(0, 5));
      }
      return rows;
    };
    expect(observed(5, 1, "train")).toEqual(observed(1, 1, "train"));
    expect(observed(1, 1, "evaluation")).not.toEqual(observed(1, 1, "train"));
    expect(observed(1, 2, "train")).not.toEqual(observed(1, 1, "train"));
  });

  it("disabled: a step after an end is an error that says which, and changes nothing", () => {
    const chains = vector("memory chain", "disabled", { count: 2 });
    const batch = createBatch(chains);
    chains.reset(batch);
    for (let t = 0; t < 5; t++) chains.step([0, 0], batch);
    const before = chains.save();
    expect(() => chains.step([0, 0], batch)).toThrow(/environment 0 is over.*reset/);
    expect(chains.save()).toEqual(before);
    chains.reset(batch, [1, 1]);
    expect(chains.step([0, 0], batch)).toEqual([]);
  });

  it("refuses what does not fit", () => {
    const chains = vector("memory chain", "same-step", { count: 2 });
    const batch = createBatch(chains);
    chains.reset(batch);
    expect(() => chains.step([0], batch)).toThrow(/2 environments need 2 actions, not 1/);
    const before = chains.save();
    expect(() => chains.step([0, 7], batch)).toThrow(/not 7/);
    expect(chains.save()).toEqual(before);
    expect(() => chains.reset({ ...batch, rewards: new Float32Array(3) })).toThrow(
      /rewards must hold 2 values, not 3/,
    );
    expect(() => chains.reset({ ...batch, observations: new Uint8Array(10) })).toThrow(/would cut values/);
    expect(() => chains.reset({ ...batch, finalObservations: undefined })).toThrow(
      /same-step writes finalObservations/,
    );
    expect(() => chains.load({ ...chains.save(), environments: [] })).toThrow(/0 environments; there are 2/);
    expect(() => vectorEnvironment([])).toThrow(/at least one/);
    const random = () => Random.seeded(1, "game");
    expect(() => vectorEnvironment([environments.catch!(random), environments.asterix!(random)])).toThrow(
      /one kind/,
    );
    expect(() => vector("catch", "next-step", { count: 0 })).toThrow(/positive whole number, not 0/);
  });
});
