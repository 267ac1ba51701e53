import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import type { Socket } from "node:net";

/** Ends the process groups that it was told of, and removes a folder, once the runner is gone, however that went. */
export interface Guard {
  add(group: number): void;
  remove(group: number): void;
  close(): void;
}

/** Keeps the groups in a list; when its input ends, as it does when the runner is killed, it kills those that are left. */
const script = `
groups=
while read -r what group; do
  kept=
  for other in $groups; do [ "$other" = "$group" ] || kept="$kept $other"; done
  groups=$kept
  [ "$what" = add ] && groups="$groups $group"
done
for group in $groups; do kill -s KILL -- "-$group"; done
rm -rf -- "$1"
`;

/**
 * Starts a guard of a folder of the runner's own: a shell that waits for the runner to end. A trial notices that itself only when its JavaScript pauses, and one that
 * trains without a pause, or hangs, would compute on beside its successor.
 *
 * On Windows, which has neither groups nor this shell, it only removes the folder of a runner that ends well.
 */
export function startGuard(folder: string): Guard {
  if (process.platform === "win32") {
    return { add() {}, remove() {}, close: () => rmSync(folder, { recursive: true, force: true }) };
  }
  const shell = spawn("/bin/sh", ["-c", script, "sh", folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a guard trials run as well; only a killed runner is noticed later.
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  shell.unref();
  (shell.stdin as Socket).unref();
  const say = (what: string, group: number) => void shell.stdin.write(`${what} ${group}\n`);
  return {
    add: (group) => say("add", group),
    remove: (group) => say("remove", group),
    close: () => void shell.stdin.end(),
  };
}
