import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, preview } from "vite";

/** A bundled page, served on this machine. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

const guide = fileURLToPath(new URL("../../docs/browser.md", import.meta.url));

/** The first block of JavaScript in the guide, as the module `virtual:guide`. */
const example: Plugin = {
  name: "guide",
  resolveId: (id) => (id === "virtual:guide" ? `${guide}.js` : undefined),
  load: async (id) =>
    id === `${guide}.js` ? /^```js\n(.*?)^```/ms.exec(await readFile(guide, "utf8"))![1] : undefined,
};

/** Bundles the folder's page from the sources of core as any application would, and serves it with the files of WebAssembly. */
export async function openSite(folder: URL): Promise<Site> {
  const outDir = await mkdtemp(join(tmpdir(), "outrigger-page-"));
  const common = { root: fileURLToPath(folder), configFile: false, logLevel: "error" } as const;
  await build({
    ...common,
    plugins: [example],
    resolve: { conditions: ["@outrigger/source", "browser", "module", "import", "default"] },
    build: { outDir, emptyOutDir: true, target: "esnext", minify: false },
  });
  const server = await preview({
    ...common,
    build: { outDir },
    preview: {
      port: 0,
      host: "127.0.0.1",
      // Pages that share memory between threads must be isolated from others.
      headers: {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      },
    },
  });
  const { port } = server.httpServer.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
