import { type OutriggerError, readColumns } from "@outrigger/core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import { trainTwoTasks } from "../two-tasks.ts";

setWasmPaths({
  "tfjs-backend-wasm.wasm": plain,
  "tfjs-backend-wasm-simd.wasm": simd,
  "tfjs-backend-wasm-threaded-simd.wasm": threaded,
});

/** What the test calls. Errors do not survive the way out of the page, so their codes and words are returned. */
const calls: Record<string, (argument: never) => Promise<unknown>> = {
  train: trainTwoTasks,
  columns: async (text: string) => [...readColumns({ text }).column("y")],
  async guide() {
    await import("virtual:guide");
    return (globalThis as unknown as { document: { body: { innerText: string } } }).document.body.innerText;
  },
};

async function call(name: string, argument: unknown): Promise<unknown> {
  try {
    return { value: await calls[name]!(argument as never) };
  } catch (error) {
    const { code, message } = error as OutriggerError;
    return { error: { code, message } };
  }
}

Object.assign(globalThis, { call });
