import { boxesSvg, depthScaleSvg } from "../src/draw/boxes-svg.ts";
import { depthPixels, depthRange, type GeometryMap, normalPixels } from "../src/draw/geometry-pixels.ts";
import type { Detector, Found } from "../src/predictor/detector.ts";
import { fetchDetector } from "../src/predictor/fetch.ts";
import { readPixels } from "./read-pixels.ts";

/** Detects in pictures with the detector's folder of the address, `?model=model/` by default. */
const part = (id: string): HTMLElement => document.getElementById(id)!;
const [file, score] = [part("file"), part("score")] as [HTMLInputElement, HTMLInputElement];
const [status, result, boxes, list] = [part("status"), part("result"), part("boxes"), part("list")];

/** The picture that is shown, and all that was found in it. */
interface Shown {
  readonly width: number;
  readonly height: number;
  readonly found: Found;
}
let shown: Shown | undefined;

function paint(id: string, { width, height }: { width: number; height: number }, rgb: Uint8Array): void {
  const canvas = part(id) as HTMLCanvasElement;
  [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}

function element(tag: string, text: string, kind = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = kind;
  // As text: names come from a file.
  made.textContent = text;
  return made;
}

/** Boxes of at least the probability that the slider says. */
function drawBoxes({ record }: Detector): void {
  const least = Number(score.value);
  part("shown").textContent = least.toFixed(2);
  if (shown === undefined) return;
  const { width, height, found } = shown;
  const objects = found.objects.filter((object) => object.score >= least);
  const scale = Math.max(1, Math.ceil(480 / width));
  boxes.innerHTML = boxesSvg(objects, { width, height, classes: record.classes, scale });
  const rows = objects.map((object) => {
    const row = document.createElement("tr");
    row.dataset["score"] = String(object.score);
    row.dataset["box"] = object.box.map((value) => value.toFixed(2)).join(" ");
    row.append(
      element("td", object.name),
      element("td", object.score.toFixed(2), "number"),
      element("td", object.box.map(Math.round).join(", ")),
    );
    return row;
  });
  const head = document.createElement("tr");
  head.append(...["object", "probability", "left, top, width, height"].map((text) => element("th", text)));
  const table = document.createElement("table");
  table.append(head, ...rows);
  list.replaceChildren(rows.length === 0 ? element("p", "Nothing as sure as that.", "soft") : table);
}

function drawMap(
  kind: "depth" | "normals",
  map: GeometryMap | undefined,
  pixels: (map: GeometryMap) => Uint8Array,
): void {
  part(`${kind}-part`).hidden = map === undefined;
  if (map === undefined) return;
  paint(kind, map, pixels(map));
  // The map is coarse; it is stretched to the picture.
  part(kind).style.aspectRatio = `${shown!.width} / ${shown!.height}`;
}

function drawAll(detector: Detector): void {
  const { found } = shown!;
  const { scene, depth, normals } = found;
  const best = scene?.indexOf(Math.max(...scene));
  part("scene").textContent =
    best === undefined
      ? ""
      : `Scene: ${detector.record.scenes[best]!}, probability ${scene![best]!.toFixed(2)}`;
  drawMap("depth", depth, ({ values }) => depthPixels(values));
  if (depth) part("scale").innerHTML = depthScaleSvg({ width: 480, height: 28, ...depthRange(depth.values) });
  drawMap("normals", normals, ({ values }) => normalPixels(values));
  drawBoxes(detector);
  result.hidden = false;
}

async function start(): Promise<void> {
  const detector = await fetchDetector(new URLSearchParams(location.search).get("model") ?? "model/");
  let asked = 0;
  const detect = async (chosen: File): Promise<void> => {
    const mine = ++asked;
    status.className = "soft";
    status.textContent = "Looking …";
    const picture = await readPixels(chosen);
    const found = await detector.detect(picture);
    // A later picture has an answer of its own.
    if (mine !== asked) return;
    shown = { width: picture.width, height: picture.height, found };
    paint("picture", picture, picture.rgb);
    drawAll(detector);
    status.textContent = "Ready.";
  };
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen) detect(chosen).catch(failed);
  });
  score.addEventListener("input", () => drawBoxes(detector));
  file.disabled = false;
  status.textContent = "Ready.";
}

function failed(error: unknown): void {
  status.className = "wrong";
  status.textContent = error instanceof Error ? error.message : String(error);
}

start().catch(failed);
