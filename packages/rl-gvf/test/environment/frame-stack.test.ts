import { describe, expect, it } from "vitest";
import { frameStack } from "../../src/environment/frame-stack.ts";

const frames = { observation: { shape: [1, 2, 1], dtype: "uint8", low: 0, high: 255 }, count: 2 } as const;

describe("a frame stack", () => {
  it("keeps the last frames as channels, newest last, zeros before a restart", () => {
    const stack = frameStack(frames, 3);
    expect(stack.observation.shape).toEqual([1, 2, 3]);
    stack.push([1, 2, 3, 4], [1, 1]);
    expect([...stack.stacked]).toEqual([0, 0, 1, 0, 0, 2, 0, 0, 3, 0, 0, 4]);
    stack.push([5, 6, 7, 8], [0, 0]);
    stack.push([9, 10, 11, 12], [0, 1]);
    expect([...stack.stacked]).toEqual([1, 5, 9, 2, 6, 10, 0, 0, 11, 0, 0, 12]);
    stack.push([13, 14, 15, 16], [0, 0]);
    expect([...stack.stacked]).toEqual([5, 9, 13, 6, 10, 14, 0, 11, 15, 0, 12, 16]);
  });

  it("refuses other shapes", () => {
    expect(() => frameStack({ ...frames, observation: { ...frames.observation, shape: [2] } })).toThrow(
      /not uint8 \[2\]/,
    );
    expect(() => frameStack(frames).push([1, 2], [0, 0])).toThrow(/takes 2 frames of 2 pixels, not 2 pixels/);
  });
});
