import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { meet, type Presence } from "../src/run/queue/presence.ts";
import type { Server } from "../src/run/queue/server.ts";

const presence = (name: string): Presence => ({ kind: "worker", name, version: "v", packages: [] });

it("hears the others, and nothing of what is no presence", async () => {
  const events = Object.assign(new EventEmitter(), { async waitUntilReady() {}, async close() {} });
  const server = { events: () => events, producer: () => events } as unknown as Server;
  const heard: string[] = [];
  await meet(
    server,
    presence("me"),
    ({ name }) => heard.push(name),
    () => {},
  );
  for (const who of [
    JSON.stringify(presence("you")),
    "not JSON",
    "null",
    undefined,
    JSON.stringify(presence("me")),
  ])
    events.emit("said", { who });
  expect(heard).toEqual(["you"]);
});
