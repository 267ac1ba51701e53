import { OutriggerError, readColumns } from "@outrigger/core";
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
const calls = {
  train: trainTwoTasks,
  columns: async (text: string) => [...readColumns({ text }).column("y")],
};

export type Calls = typeof calls;

async function call<K extends keyof Calls>(name: K, argument: Parameters<Calls[K]>[0]): Promise<unknown> {
  try {
    return { value: await calls[name](argument as never) };
  } catch (error) {
    const { code, message, stack } = error as OutriggerError;
    return { error: { code, message, stack } };
  }
}

Object.assign(globalThis, { call });
