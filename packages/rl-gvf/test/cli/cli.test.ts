import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { decodeEvents } from "@outrigger/core/train/callback/event-file";
import { decode as decodePng } from "fast-png";
import { decodeFrames } from "modern-gif";
import { afterAll, describe, expect, it } from "vitest";
import { agentOf } from "../../src/cli/setup.ts";
import { command } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "outrigger-rl-"));
afterAll(() => rmSync(folder, { recursive: true }));

const setup = "--env catch --envs 4 --seed 3 --method a2c".split(" ");
const train = (name: string, ...more: string[]) =>
  command("train", ...setup, "--out", join(folder, name), ...more);
const checkpoint = (name: string): string => join(folder, name, "agent.safetensors");
const bytes = (name: string): Buffer => readFileSync(checkpoint(name));

const whole = await train("whole", "--steps", "400");

/** Scalars of the event file by step. */
const events = (name: string): { step: number; tags: string[] }[] =>
  decodeEvents(readFileSync(join(folder, name, "events.out.tfevents.outrigger-rl"))).flatMap(({ event }) => {
    const tags = event.summary?.value.map(({ tag }) => tag) ?? [];
    return tags.length > 0 ? [{ step: event.step ?? 0, tags }] : [];
  });

describe("a run's options, which may come from a damaged checkpoint", () => {
  const good = { environment: "catch", algorithm: "a2c", arm: "a2c", seed: 1, count: 2, memory: 0 };
  it.each([
    [{ environment: "constructor" }, /There is no environment "constructor"/],
    [{ arm: "__proto__" }, /There is no method "__proto__"/],
    [{ count: 1e9 }, /--envs is a whole number from 1 to 65536, not 1000000000/],
    [{ seed: null }, /--seed is a whole number .* not null/],
  ])("%j are refused by name", (changed, said) => {
    expect(() => agentOf({ ...good, ...changed } as never)).toThrow(said);
  });
});

describe("train", () => {
  it("writes a checkpoint, and TensorBoard events an update under CleanRL's names", () => {
    expect([whole.code, whole.out]).toEqual([0, ""]);
    expect(whole.err).toBe(`Done at 400 steps: ${checkpoint("whole")}\n`);
    const written = events("whole");
    expect(written.map(({ step }) => step)).toEqual([80, 160, 240, 320, 400]);
    expect(written.at(-1)!.tags.toSorted()).toEqual([
      "charts/SPS",
      "charts/episodic_length",
      "charts/episodic_return",
      "losses/entropy",
      "losses/policy_loss",
      "losses/value_loss",
    ]);
  });

  it("continued from the end of a shorter run it is the uninterrupted one, byte for byte", async () => {
    await train("parts", "--steps", "160");
    expect(bytes("parts").equals(bytes("whole"))).toBe(false);
    await train("parts", "--steps", "400");
    expect(bytes("parts").equals(bytes("whole"))).toBe(true);
    expect(events("parts").map(({ step }) => step)).toEqual([80, 160, 240, 320, 400]);
  });

  it("Ctrl-C stops after an update, and the same command goes on from there", async () => {
    const listening = process.listenerCount("SIGINT");
    const running = train("stopped", "--steps", "4000");
    while (process.listenerCount("SIGINT") === listening) await setImmediate();
    process.emit("SIGINT");
    expect((await running).err).toMatch(/^Stopped at \d+ steps/);
    expect(process.listenerCount("SIGINT")).toBe(listening);
    const { err } = await train("stopped", "--steps", "400");
    expect(err).toMatch(/^Done at 400 steps/);
    expect(bytes("stopped").equals(bytes("whole"))).toBe(true);
  });

  it("with PPO: another algorithm, its losses beside A2C's, and continued byte for byte", async () => {
    const flags = ["--algorithm", "ppo"];
    await train("ppo", ...flags, "--steps", "1024");
    expect(events("ppo").map(({ step }) => step)).toEqual([512, 1024]);
    expect(events("ppo")[0]!.tags).toEqual(expect.arrayContaining(["losses/approx_kl", "losses/clipfrac"]));
    await train("ppo parts", ...flags, "--steps", "512");
    await train("ppo parts", ...flags, "--steps", "1024");
    expect(bytes("ppo parts").equals(bytes("ppo"))).toBe(true);
    const { out } = await command("eval", checkpoint("ppo"), "--episodes", "4");
    expect(JSON.parse(out)).toMatchObject({ algorithm: "ppo", steps: 1024, episodes: 4 });
  });

  it("a folder of another run is an error that names both ways out, and stays as it was", async () => {
    const before = bytes("whole");
    const { code, err } = await train("whole", "--seed", "4");
    expect(code).toBe(1);
    expect(err).toMatch(/is of a run with .*"seed":3.*: give the same options, or another --out/);
    expect(bytes("whole").equals(before)).toBe(true);
  });

  it.each([
    ["--steps 1.5", "--steps is a whole number of at least 1, not 1.5."],
    ["--seed -1", "--seed is a whole number of at least 0, not -1."],
    ["--env pong", 'There is no environment "pong"; there is catch, asterix,'],
    ["--method magic", 'There is no method "magic"; there is a2c,'],
    ["--algorithm dqn", 'There is no algorithm "dqn"; there is a2c, ppo.'],
    ["--algorithm ppo --memory 4 --envs 3", "minibatches must be a divisor of the 3 environments, not 4"],
  ])("%s is an error in one line, and no file is written", async (flags, message) => {
    const { code, out, err } = await train("wrong", ...flags.split(" "));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd()).not.toContain("\n");
    expect(existsSync(join(folder, "wrong"))).toBe(false);
  });
});

describe("eval, record and watch", () => {
  it("eval prints one line of JSON, the same for the same seed", async () => {
    const flags = [checkpoint("whole"), "--episodes", "8", "--seed", "5"];
    const { out, code } = await command("eval", ...flags);
    expect([code, out.split("\n").length]).toEqual([0, 2]);
    const said = JSON.parse(out);
    expect(said).toMatchObject({ environment: "catch", seed: 3, steps: 400, episodes: 8, meanLength: 9 });
    expect(Math.abs(said.meanReturn)).toBeLessThanOrEqual(1);
    expect((await command("eval", ...flags)).out).toBe(out);
  });

  it("record writes an episode of ten pictures as a GIF, or as an animated PNG of the same pixels", async () => {
    const [gif, apng] = ["gif", "apng"].map((ending) => join(folder, `new folder/episode.${ending}`));
    const { out } = await command("record", checkpoint("whole"), "--out", gif!);
    expect(out).toMatch(/episode\.gif: return -?1\n$/);
    const frames = decodeFrames(Uint8Array.from(readFileSync(gif!)));
    expect(frames).toHaveLength(10);
    await command("record", checkpoint("whole"), "--out", apng!);
    const first = decodePng(readFileSync(apng!));
    expect([...first.data]).toEqual([...frames[0]!.data].filter((_, i) => i % 4 < 3));
    const cut = await command("record", checkpoint("whole"), "--out", gif!, "--steps", "4");
    expect(cut.out).toMatch(/cut off after 4 steps\n$/);
  });

  it("watch draws every step of an episode and says its return", async () => {
    const { out, code } = await command("watch", checkpoint("whole"), "--episodes", "1", "--fps", "1000");
    expect(code).toBe(0);
    const drawn = out.split("\u001b[H").slice(1);
    expect(drawn).toHaveLength(10);
    expect(drawn[0]).toMatch(/▀.*returns: \n$/s);
    expect(drawn[9]).toMatch(/returns: -?1\n$/);
  });

  it.each(["eval", "record", "watch"])("%s: no checkpoint, or what is none, is an error", async (name) => {
    const missing = await command(name, join(folder, "nothing"));
    expect([missing.code, missing.err]).toEqual([
      1,
      `There is no checkpoint ${join(folder, "nothing")}: train one first.\n`,
    ]);
    const other = await command(name, join(folder, "whole/events.out.tfevents.outrigger-rl"));
    expect(other.code).toBe(1);
    expect(other.err).toContain("events.out.tfevents");
  });

  it("record refuses a format that it does not know", async () => {
    const { code, err } = await command("record", checkpoint("whole"), "--out", join(folder, "a.mp4"));
    expect(code).toBe(1);
    expect(err).toContain('.gif, .apng, .png, not ".mp4"');
  });
});

describe("help", () => {
  it.each([
    [
      "train",
      ["--env", "--algorithm", "--method", "--seed", "--steps", "--envs", "--memory", "--out", "--every"],
    ],
    ["eval", ["--episodes", "--seed", "--greedy"]],
    ["record", ["--out", "--seed", "--steps"]],
    ["watch", ["--episodes", "--fps", "--seed"]],
  ])("%s has every option, each with a word about it", async (name, flags) => {
    const { out, code } = await command(name, "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: outrigger-rl ${name} `));
    for (const flag of flags) expect(out).toMatch(new RegExp(`^ +${flag} .*\\w{3}`, "m"));
    expect(out.match(/^ +--\w+/gm)!.map((found) => found.trim())).toEqual(flags);
  });

  it("the command by itself names the four, and an unknown one is an error", async () => {
    const { out, code } = await command("--help");
    expect(code).toBe(0);
    for (const name of ["train", "eval", "watch", "record"])
      expect(out).toMatch(new RegExp(`^ +${name} `, "m"));
    const unknown = await command("fly");
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(/unknown command 'fly'/);
    expect((await command("train")).err).toMatch(/required option '--env <name>'/);
  });
});
