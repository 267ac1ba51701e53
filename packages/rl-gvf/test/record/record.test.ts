import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@outrigger/core/random";
import { decodeApng } from "fast-png";
import { decode, decodeFrames } from "modern-gif";
import { afterAll, describe, expect, it } from "vitest";
import type { ObservationBuffer, ObservationSpace } from "../../src/environment.ts";
import { animation } from "../../src/record/animation.ts";
import { apng } from "../../src/record/apng.ts";
import { gif } from "../../src/record/gif.ts";
import { type Picture, picture } from "../../src/record/picture.ts";
import { recordEpisode } from "../../src/record/record-episode.ts";
import { environments } from "../environment/all.ts";

const folder = mkdtempSync(join(tmpdir(), "rl-gvf-record-"));
afterAll(() => rmSync(folder, { recursive: true }));

const space = (shape: number[], high = 255, rest: Partial<ObservationSpace> = {}): ObservationSpace => ({
  shape,
  dtype: "uint8",
  low: 0,
  high,
  ...rest,
});

const pixelsOf = ({ rgba }: Picture): number[][] =>
  Array.from({ length: rgba.length / 4 }, (_, i) => [...rgba.subarray(4 * i, 4 * i + 3)]);

describe("pictures", () => {
  it("RGB stays as it is, cell by cell", () => {
    const drawn = picture(space([1, 2, 3]), Uint8Array.of(1, 2, 3, 4, 5, 6), { scale: 2 });
    expect([drawn.width, drawn.height]).toEqual([4, 2]);
    const row = [
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
      [4, 5, 6],
    ];
    expect(pixelsOf(drawn)).toEqual([...row, ...row]);
    expect(drawn.rgba.filter((_, i) => i % 4 === 3).every((opacity) => opacity === 255)).toBe(true);
  });

  it("of a stack the newest frame is shown, from an offset on", () => {
    const drawn = picture(space([1, 2, 2]), Uint8Array.of(99, 99, 1, 10, 2, 20), { offset: 2, scale: 1 });
    expect(pixelsOf(drawn)).toEqual([
      [10, 10, 10],
      [20, 20, 20],
    ]);
  });

  it("boards have a colour a channel, the later one on top, black where nothing is", () => {
    const [first, second, both, none] = pixelsOf(
      picture(space([1, 4, 2], 1), Uint8Array.of(1, 0, 0, 1, 1, 1, 0, 0), { scale: 1 }),
    );
    expect(first).not.toEqual(second);
    expect(both).toEqual(second);
    expect(none).toEqual([0, 0, 0]);
  });

  it("vectors are grey from low to high", () => {
    const vector = space([3], 1, { dtype: "float32", low: -1 });
    expect(pixelsOf(picture(vector, Float32Array.of(-1, 0, 1), { scale: 1 }))).toEqual([
      [0, 0, 0],
      [128, 128, 128],
      [255, 255, 255],
    ]);
  });

  it("small boards grow to about 160 pixels, large images stay", () => {
    expect(picture(space([10, 10, 1], 1), new Uint8Array(100)).width).toBe(160);
    expect(picture(space([210, 160, 3]), new Uint8Array(210 * 160 * 3)).width).toBe(160);
  });
});

const random = Random.seeded(1, "pixels");
const noise = (colors: number): Picture => {
  const palette = Array.from({ length: colors }, () => [0, 1, 2].map(() => random.integer(256)));
  const rgba = Uint8Array.from(
    Array.from({ length: 30 * 20 }, () => [...palette[random.integer(colors)]!, 255]).flat(),
  );
  return { width: 30, height: 20, rgba };
};

describe("GIF", () => {
  it("an independent decoder finds the same pixels, delays and an endless loop, up to 256 colours a frame", () => {
    const pictures = [2, 7, 200, 256].map(noise);
    const animation = gif({ fps: 20 });
    for (const one of pictures) animation.add(one);
    const file = animation.finish();
    const header = decode(file);
    expect([header.width, header.height, header.looped, header.loopCount]).toEqual([30, 20, true, 0]);
    const frames = decodeFrames(file);
    expect(frames.map(({ delay }) => delay)).toEqual([50, 50, 50, 50]);
    expect(frames.map(({ data }) => Buffer.from(data).toString("hex"))).toEqual(
      pictures.map(({ rgba }) => Buffer.from(rgba).toString("hex")),
    );
  });

  it("with more colours they are near", () => {
    const one = noise(600);
    const animation = gif();
    animation.add(one);
    const [frame] = decodeFrames(animation.finish());
    const errors = Array.from(one.rgba, (value, i) => Math.abs(value - frame!.data[i]!));
    expect(errors.reduce((a, b) => a + b) / errors.length).toBeLessThan(12);
  });
});

describe("animated PNG", () => {
  it("an independent decoder finds the same pixels and delays, however many colours", () => {
    const pictures = [2, 256, 600].map(noise);
    const moving = apng({ fps: 20 });
    for (const one of pictures) moving.add(one);
    const file = moving.finish();
    const { width, height, numberOfFrames, numberOfPlays, frames } = decodeApng(file);
    expect([width, height, numberOfFrames, numberOfPlays]).toEqual([30, 20, 3, 0]);
    for (const [i, { data, delayNumber, delayDenominator }] of frames.entries()) {
      expect(delayNumber / delayDenominator).toBe(1 / 20);
      expect([...data]).toEqual([...pictures[i]!.rgba].filter((_, at) => at % 4 < 3));
    }
  });

  it("a frame like a board, large cells of few colours, is far below its pixels", () => {
    const board = picture(
      space([10, 10, 2], 1),
      Uint8Array.from({ length: 200 }, (_, i) => (i % 7 === 0 ? 1 : 0)),
    );
    const moving = apng();
    for (let i = 0; i < 10; i++) moving.add(board);
    expect(moving.finish().length).toBeLessThan((10 * 160 * 160 * 3) / 50);
  });
});

describe("both", () => {
  it.each([gif, apng])("refuses frames of another size, none, and rates that they have not", (make) => {
    const moving = make();
    expect(() => moving.finish()).toThrow(/at least one frame/);
    moving.add(noise(2));
    expect(() => moving.add({ width: 1, height: 1, rgba: new Uint8Array(4) })).toThrow(/this one is 1 × 1/);
    for (const fps of [0, 101, Number.NaN]) expect(() => make({ fps })).toThrow(/at most 100/);
  });

  it("the ending says the format, and an unknown one is an error", () => {
    for (const [path, start] of [
      ["a.gif", "GIF89a"],
      ["b/C.APNG", "\x89PNG"],
      ["c.png", "\x89PNG"],
    ] as const) {
      const moving = animation(path);
      moving.add(noise(2));
      expect(Buffer.from(moving.finish()).toString("latin1").slice(0, start.length)).toBe(start);
    }
    for (const path of ["episode", "a.mp4"]) expect(() => animation(path)).toThrow(/\.gif, \.apng, \.png/);
  });
});

describe("recording", () => {
  it.each(["breakout", "catch", "maze objects", "memory chain"])(
    "%s: the frames are those seen",
    async (name) => {
      const make = () => environments[name]!((stream) => Random.seeded(1, stream));
      const path = join(folder, `some folder/${name}.gif`);
      const seen: Picture[] = [];
      const environment = make();
      const policy = Random.seeded(2, "policy");
      const done = await recordEpisode(environment, {
        path,
        steps: 30,
        act(observation) {
          seen.push(picture(environment.observation, observation.slice()));
          return policy.integer(environment.actions.length);
        },
      });
      const file = readFileSync(path);
      expect(file).toHaveLength(done.bytes);
      // The decoder reads the whole memory under a small Buffer.
      const frames = decodeFrames(Uint8Array.from(file));
      expect(frames).toHaveLength(done.length + 1);
      expect(seen).toHaveLength(done.length);
      for (const [i, { rgba }] of seen.entries())
        expect(Buffer.compare(rgba, Buffer.from(frames[i]!.data))).toBe(0);
    },
  );

  it("as an animated PNG: more than 256 colours a frame, exactly those seen", async () => {
    const environment = environments["maze objects"]!((stream) => Random.seeded(1, stream));
    const path = join(folder, "maze.apng");
    const seen: Picture[] = [];
    const act = (observation: ObservationBuffer): number => {
      seen.push(picture(environment.observation, observation.slice()));
      return 4;
    };
    await recordEpisode(environment, { path, steps: 5, act });
    const { frames } = decodeApng(readFileSync(path));
    expect(frames).toHaveLength(6);
    for (const [i, { rgba }] of seen.entries())
      expect(
        Buffer.compare(
          rgba.filter((_, at) => at % 4 < 3),
          Buffer.from(frames[i]!.data as Uint8Array),
        ),
      ).toBe(0);
  });

  it("a policy that fails leaves no file", async () => {
    const environment = environments.catch!((stream) => Random.seeded(1, stream));
    const act = () => 7;
    const before = readdirSync(folder);
    await expect(recordEpisode(environment, { path: join(folder, "none.gif"), act })).rejects.toThrow(
      /not 7/,
    );
    expect(readdirSync(folder)).toEqual(before);
    await expect(recordEpisode(environment, { path: "x.gif", act, steps: 0 })).rejects.toThrow(/not 0/);
  });
});
