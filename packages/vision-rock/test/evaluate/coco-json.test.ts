import { describe, expect, it } from "vitest";
import { readDetections, readGroundTruth } from "../../src/evaluate/coco-json.ts";

const annotation = { image_id: 7, category_id: 2, bbox: [1, 2, 3, 4], area: 9, iscrowd: 0 };
const detection = { image_id: 7, category_id: 2, bbox: [1, 2, 3, 4], score: 0.5 };
const file = (over: object = {}) => ({
  info: "other fields are left alone",
  images: [{ id: 7, file_name: "a.png" }],
  categories: [{ id: 2, name: "chair" }],
  annotations: [annotation],
  ...over,
});
const truth = readGroundTruth(file());
const code = (code: string, text: string) =>
  expect.objectContaining({ name: "VisionRockError", code, message: expect.stringContaining(text) });

describe("ground truth", () => {
  it("keeps what the evaluation needs", () => {
    expect(truth).toEqual({
      images: [{ id: 7 }],
      categories: [{ id: 2, name: "chair" }],
      annotations: [annotation],
    });
  });

  it("takes a missing iscrowd for 0, and the box for the area when asked to", () => {
    const { iscrowd: _, area: __, ...bare } = annotation;
    const [read] = readGroundTruth(file({ annotations: [bare] }), { area: "box" }).annotations;
    expect(read).toMatchObject({ iscrowd: 0, area: 12 });
  });

  it.each([
    ["no list of images", { images: undefined }, "missing-field", "no images"],
    ["an image without id", { images: [{}] }, "missing-field", "images[0] has no id"],
    ["two images of one id", { images: [{ id: 7 }, { id: 7 }] }, "duplicate-id", "id 7 twice"],
    ["a category without name", { categories: [{ id: 2 }] }, "missing-field", "categories[0] has no name"],
    [
      "an unknown image",
      { annotations: [{ ...annotation, image_id: 8 }] },
      "unknown-image",
      "annotations[0]",
    ],
    ["an unknown category", { annotations: [{ ...annotation, category_id: 3 }] }, "unknown-category", "is 3"],
    ["a negative size", { annotations: [{ ...annotation, bbox: [1, 2, -3, 4] }] }, "bad-box", "-3 by 4"],
    ["a box of three numbers", { annotations: [{ ...annotation, bbox: [1, 2, 3] }] }, "bad-box", "[1,2,3]"],
    [
      "a box with NaN",
      { annotations: [{ ...annotation, bbox: [1, 2, 3, Number.NaN] }] },
      "bad-box",
      "finite",
    ],
    ["no area", { annotations: [{ ...annotation, area: undefined }] }, "missing-field", 'area: "box"'],
    ["an area of NaN", { annotations: [{ ...annotation, area: Number.NaN }] }, "bad-box", "NaN"],
    ["an iscrowd of 2", { annotations: [{ ...annotation, iscrowd: 2 }] }, "bad-file", "iscrowd"],
    ["an annotation that is a list", { annotations: [[]] }, "bad-file", "annotations[0]"],
  ] as const)("refuses %s", (_, over, name, text) => {
    expect(() => readGroundTruth(file(over))).toThrowError(code(name, text));
  });

  it("refuses what is no object", () => {
    expect(() => readGroundTruth(null)).toThrowError(code("bad-file", "null"));
  });
});

describe("detections", () => {
  it("keeps the four fields", () => {
    expect(readDetections([{ ...detection, id: 4 }], truth)).toEqual([detection]);
  });

  it.each([
    ["an object", {}, "bad-file", "list"],
    ["a score of NaN", [{ ...detection, score: Number.NaN }], "bad-score", "NaN"],
    ["a score that is a text", [{ ...detection, score: "0.5" }], "bad-score", "detections[0]"],
    ["no score", [{ ...detection, score: undefined }], "missing-field", "no score"],
    ["no box", [{ ...detection, bbox: undefined }], "missing-field", "no bbox"],
    ["an unknown image", [detection, { ...detection, image_id: 1 }], "unknown-image", "detections[1]"],
    ["an unknown category", [{ ...detection, category_id: 1 }], "unknown-category", "is 1"],
    ["an image id that is a text", [{ ...detection, image_id: "7" }], "bad-file", "image_id"],
    ["a negative size", [{ ...detection, bbox: [0, 0, 1, -1] }], "bad-box", "1 by -1"],
  ] as const)("refuses %s", (_, rows, name, text) => {
    expect(() => readDetections(rows, truth)).toThrowError(code(name, text));
  });
});
