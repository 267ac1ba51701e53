// Adds the optional packages of other platforms to package-lock.json.
//
// npm leaves them out when node_modules was there before the lock file (npm/cli issue 4828) or when a registry does not carry them,
// and `npm ci` then refuses the lock file. Run it after every change of dependencies:  npm install && node scripts/complete-lock.js
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));

const systems = {
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  openharmony: "openharmony",
};
Object.assign(systems, { win32: "win32", windows: "win32", wasm32: "none" });
const processors = {
  64: "x64",
  x64: "x64",
  arm64: "arm64",
  arm: "arm",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
};
Object.assign(processors, { s390x: "s390x", loong64: "loong64", wasm32: "wasm32" });

/** The platform that a binary package is for, read from its name; undefined when the name does not tell. */
function platformOf(name) {
  const words = name.split("/").at(-1).split("-");
  const os = words.map((word) => systems[word]).find(Boolean);
  const cpu = words.map((word) => processors[word]).find(Boolean);
  if (!os || !cpu) return undefined;
  const libc =
    os !== "linux" ? undefined : words.some((word) => word.startsWith("musl")) ? ["musl"] : ["glibc"];
  return { ...(os === "none" ? {} : { os: [os] }), cpu: [cpu], ...(libc ? { libc } : {}) };
}

let added = 0;
for (const [place, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  if (!place.startsWith("node_modules/")) continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] || lock.packages[`${place}/${key}`] || !/^\d/.test(version)) continue;
    const platform = platformOf(name);
    if (!platform) continue;
    lock.packages[key] = { version, ...platform, ...(dev ? { dev: true } : {}), optional: true };
    added++;
  }
}
const first = lock.packages[""];
delete lock.packages[""];
lock.packages = {
  "": first,
  ...Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))),
};
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added`);
