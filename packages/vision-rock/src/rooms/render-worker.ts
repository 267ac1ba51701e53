/** A thread of `renderPool`: renders the rooms it is sent, one after the other. */
import { parentPort } from "node:worker_threads";
import { VisionRockError } from "../error.ts";
import { planRoom } from "./plan/plan-room.ts";
import type { RenderReply, RenderRequest } from "./pool.ts";
import { renderRoom } from "./render/render.ts";

const port = parentPort;
port?.on("message", ({ job, seed, options }: RenderRequest) => {
  try {
    const sample = renderRoom(planRoom(seed, options), options);
    const { rgb, depth, normals, instances } = sample;
    port.postMessage({ job, sample } satisfies RenderReply, [
      rgb.buffer as ArrayBuffer,
      depth.buffer as ArrayBuffer,
      normals.buffer as ArrayBuffer,
      instances.buffer as ArrayBuffer,
    ]);
  } catch (error) {
    // Errors lose their class on the way.
    const { code, message, details } =
      error instanceof VisionRockError ? error : new VisionRockError("bad-option", String(error));
    port.postMessage({ job, failure: { code, message, details } } satisfies RenderReply);
  }
});
port?.postMessage("ready");
