import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { candidateBook, describeDataset, isCandidate, selectCandidates } from "../src/index.ts";
import {
  type Behaviour,
  type ChatServer,
  chatServer,
  good,
  goodAnswer,
  json,
  offered,
  say,
} from "./support/chat-server.ts";
import {
  ask,
  dataset,
  first,
  firstNames,
  folder,
  KEY,
  newFolderEachTest,
  quick,
  SMILES,
  storedText,
  table,
} from "./support/language-model.ts";

newFolderEachTest();

describe("a language model that answers well", () => {
  it("is asked in rounds, and the names with most votes are kept, ties in its own order", async () => {
    await using server = await chatServer(good);
    const lines: string[] = [];
    const found = await ask(server.baseUrl, { onProgress: (line) => lines.push(line) });
    expect(found).toMatchObject({
      names: ["tpsa", "CrippenClogP", "NumHBD", "BalabanJ", "fr_COO"],
      how: "language-model",
      notes: [],
      settings: {
        model: "test",
        rounds: 2,
        temperature: 0.2,
        seed: 0,
        keep: 5,
        molecules: 0,
        asked: server.seen.length,
        recalled: 0,
      },
    });
    expect(found.votes).toMatchObject({ tpsa: 2, CrippenClogP: 2, BertzCT: 2 });
    expect(Object.keys(found.votes!).slice(5, 7)).toEqual(["NumAromaticRings", "BertzCT"]);
    // Two for the description; a round asks about four parts of the book, and once about all that is left.
    expect(server.seen).toHaveLength(2 + 2 * 5);
    expect(lines[0]).toBe('language model: test describes "logS"');
    expect(lines).toContain("language model: round 2 of 2, 150 candidates in 4 questions");
  });

  it("sees every candidate in every round, in another order, and never more than a chunk at once", async () => {
    await using server = await chatServer(good);
    await ask(server.baseUrl, { chunk: 40 });
    const parts = server.seen.map(offered).filter((names) => names.length > 12);
    expect(parts.every((names) => names.length <= 40)).toBe(true);
    const everyone = candidateBook.map(({ name }) => name).toSorted();
    const rounds = [parts.slice(0, 4).flat(), parts.slice(4, 8).flat()];
    for (const round of rounds) expect(round.toSorted()).toEqual(everyone);
    expect(rounds[0]).not.toEqual(rounds[1]);
  });

  it("is not asked about candidates that may not be chosen", async () => {
    await using server = await chatServer(good);
    const among = ["tpsa", "fr_COO", "amw", "WienerIndex"];
    const { names } = await selectCandidates({
      how: "language-model",
      among,
      dataset,
      keep: 2,
      model: { ...quick, cache: folder, baseUrl: server.baseUrl },
    });
    expect(names).toEqual(["tpsa", "fr_COO"]);
    expect(new Set(server.seen.flatMap(offered))).toEqual(new Set(among));
  });

  it.each([
    ["in a Markdown fence", (text: string) => `\`\`\`json\n${text}\n\`\`\``],
    ["after thinking aloud", (text: string) => `<think>tpsa? {"names": ["amw"]}</think>\n${text}`],
  ])("may answer %s", async (_, wrap) => {
    await using server = await chatServer((seen, response) => say(response, wrap(goodAnswer(seen))));
    const { names } = await ask(server.baseUrl, { attempts: 1 });
    expect(names[0]).toBe("tpsa");
  });

  it("gives the temperature only where it is wanted", async () => {
    await using server = await chatServer(good);
    await ask(server.baseUrl, { temperature: null, cache: false });
    expect(server.seen.every(({ body }) => !("temperature" in body))).toBe(true);
    await ask(server.baseUrl, { temperature: 1, cache: false });
    expect(server.seen.at(-1)!.body["temperature"]).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("what leaves the machine", () => {
  const sent = (server: ChatServer): string => server.seen.map(({ text }) => text).join("\n");
  const escaped = (smiles: string): string => JSON.stringify(smiles).slice(1, -1);

  it("is statistics and the user's words, and no molecule", async () => {
    await using server = await chatServer(good);
    await ask(server.baseUrl);
    const question = server.seen[0]!.body.messages[1]!.content;
    for (const fact of [
      "logS",
      "solubility in water",
      "log10(mol/l)",
      "Shake-flask",
      "40, of which 39 have a label",
    ])
      expect(question).toContain(fact);
    const long = SMILES.filter((smiles) => smiles.length >= 8);
    expect(long.length).toBeGreaterThan(30);
    expect(long.filter((smiles) => sent(server).includes(escaped(smiles)))).toEqual([]);
    expect(long.filter((smiles) => storedText().includes(escaped(smiles)))).toEqual([]);
  });

  it("holds as many molecules as the user allowed, and no more", async () => {
    await using server = await chatServer(good);
    const allowed = describeDataset(table, "logS", { sendMolecules: 3, seed: 1 });
    const { settings } = await ask(server.baseUrl, {}, { dataset: allowed });
    const long = SMILES.filter((smiles) => smiles.length >= 8);
    const found = long.filter((smiles) => sent(server).includes(escaped(smiles)));
    expect(allowed.examples).toHaveLength(3);
    expect(found.filter((smiles) => !allowed.examples.some((each) => each.includes(smiles)))).toEqual([]);
    for (const smiles of allowed.examples) expect(sent(server)).toContain(escaped(smiles));
    expect(settings!["molecules"]).toBe(3);
    expect(describeDataset(table, "logS", { sendMolecules: true }).examples).toHaveLength(10);
    expect(describeDataset(table, "logS").examples).toEqual([]);
    expect(() => describeDataset(table, "logS", { sendMolecules: -1 })).toThrow(/sendMolecules must be/);
  });

  it("does not put key or headers on the disk, not even if the server repeats the key", async () => {
    await using server = await chatServer((seen, response) =>
      json(
        response,
        200,
        { choices: [{ message: { content: goodAnswer(seen) } }], debug: `authorization: Bearer ${KEY}` },
        { "x-secret-header": "hidden" },
      ),
    );
    await ask(server.baseUrl);
    expect(server.seen[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
    const text = storedText();
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(server.seen.length);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(["key", "repeat", "request", "response"]);
      expect(Object.keys(line["request"] as object)).toEqual(["model", "messages", "temperature"]);
    }
    for (const hidden of [KEY, "x-secret-header", "user-agent", "127.0.0.1"])
      expect(text).not.toContain(hidden);
    expect(text).toContain("authorization: Bearer [key]");
  });

  it("names no key in an error", async () => {
    await using server = await chatServer((_, response) =>
      json(response, 401, {
        error: { message: `Incorrect API key provided: ${KEY}`, code: "invalid_api_key" },
      }),
    );
    const error = await ask(server.baseUrl).then(
      () => new Error("it was answered"),
      (caught: Error) => caught,
    );
    expect(error.message).toMatch(
      /Incorrect API key provided: \[key\]\. Set OPENAI_API_KEY to a valid key\./,
    );
    expect(JSON.stringify([error, error.stack])).not.toContain(KEY);
    expect(server.seen).toHaveLength(1);
  });
});

describe("the kept exchanges", () => {
  it("answer a second run without a question, and replay it where there is no server", async () => {
    await using server = await chatServer(good);
    const one = await ask(server.baseUrl);
    const count = server.seen.length;
    const two = await ask(server.baseUrl);
    expect(server.seen).toHaveLength(count);
    const closed = await ask("http://127.0.0.1:1/v1", { replay: true, apiKey: undefined });
    for (const { names, votes, settings } of [two, closed]) {
      expect({ names, votes }).toEqual({ names: one.names, votes: one.votes });
      expect(settings).toMatchObject({ asked: 0, recalled: count });
    }
  });

  it("do not stand in for others: a replay with another seed fails, names the folder, and is not fallen back from", async () => {
    await using server = await chatServer(good);
    await ask(server.baseUrl);
    const count = server.seen.length;
    const replayed = ask(server.baseUrl, { replay: true, seed: 1 }, { fallback: "frozen-votes" });
    await expect(replayed).rejects.toMatchObject({ code: "missing-data", details: { reason: "replay" } });
    await expect(ask(server.baseUrl, { replay: true, cache: false })).rejects.toThrow(
      /switched off.*cannot be replayed/,
    );
    expect(server.seen).toHaveLength(count);
  });

  it("survive a damaged line: only that exchange is asked again", async () => {
    await using server = await chatServer(good);
    const one = await ask(server.baseUrl);
    const count = server.seen.length;
    const path = join(folder, readdirSync(folder)[0]!);
    const lines = readFileSync(path, "utf8").trim().split("\n");
    writeFileSync(path, [...lines.slice(0, -1), lines.at(-1)!.slice(0, 100)].join("\n"));
    const two = await ask(server.baseUrl);
    expect([two.names, server.seen.length]).toEqual([one.names, count + 1]);
  });

  it("keep a question that is asked twice apart from the first", async () => {
    // With one candidate every round asks the same.
    await using server = await chatServer((seen, response, nth) =>
      say(response, offered(seen).length > 0 ? '{"names": ["tpsa"]}' : `answer ${nth}`),
    );
    const one = { how: "language-model", among: ["tpsa"], dataset, keep: 1 } as const;
    const model = { ...quick, cache: folder, baseUrl: server.baseUrl, rounds: 3 };
    expect((await selectCandidates({ ...one, model })).votes).toEqual({ tpsa: 3 });
    expect(server.seen).toHaveLength(5);
    expect((await selectCandidates({ ...one, model })).settings).toMatchObject({ asked: 0, recalled: 5 });
  });

  it("are a convenience: a folder that cannot be written is a note", async () => {
    await using server = await chatServer(good);
    writeFileSync(join(folder, "file"), "");
    const { names, notes } = await ask(server.baseUrl, { cache: join(folder, "file") });
    expect(names).toHaveLength(5);
    expect(notes[0]).toMatch(/could not be stored/);
  });
});

describe("a language model that answers badly", () => {
  it.each([
    ["no JSON", () => "I would take tpsa and amw.", "it is not JSON alone."],
    ["prose around JSON", () => 'Sure! {"names": ["tpsa"]} Hope this helps.', "it is not JSON alone."],
    ["another form", () => '["tpsa", "amw"]', "it has not the form"],
    ["names that are no text", () => '{"names": [1, 2]}', "it has not the form"],
    ["invented names only", () => '{"names": ["HOMO", "LUMO"]}', "none of its names is in the list"],
    ["nothing", () => "", "it holds no text."],
  ])("is asked again after %s, and told why", async (_, answer, why) => {
    await using server = await chatServer(firstNames(2, answer));
    const { names } = await ask(server.baseUrl);
    expect(names[0]).toBe("tpsa");
    const repeated = server.seen.filter(({ body }) =>
      body.messages.at(-1)!.content.includes("cannot be used"),
    );
    expect(repeated).toHaveLength(2);
    expect(repeated[0]!.body.messages.at(-1)!.content).toContain(why);
  });

  it("is given up after as many attempts as allowed, with the cure and its last answer", async () => {
    await using server = await chatServer(firstNames(99, () => "I would take tpsa."));
    const error = ask(server.baseUrl, { attempts: 2 });
    await expect(error).rejects.toMatchObject({
      code: "bad-data",
      details: { reason: "answer", attempts: 2 },
    });
    await expect(error).rejects.toThrow(
      /test gave 2 answers.*not JSON alone.*frozen votes.*I would take tpsa\./,
    );
    expect(server.seen).toHaveLength(2 + 2);
  });

  it("is asked anew by the next run, not recalled", async () => {
    await using server = await chatServer(firstNames(3, () => "no"));
    await expect(ask(server.baseUrl)).rejects.toThrow(/test gave 3 answers/);
    const { names, settings } = await ask(server.baseUrl);
    expect([names[0], settings!["recalled"]]).toEqual(["tpsa", 2]);
  });

  it("never gets an invented name, or one that it was not asked about, into the choice; they are counted", async () => {
    await using server = await chatServer((seen, response) => {
      const names = offered(seen);
      if (names.length === 0) return say(response, "Polar groups raise it.");
      const elsewhere = candidateBook.find(({ name }) => !names.includes(name))?.name;
      return say(
        response,
        JSON.stringify({ names: ["DipoleMoment", elsewhere ?? "MolLogP", ...names.slice(0, 3), "TPSA"] }),
      );
    });
    const { names, notes, votes } = await ask(server.baseUrl, { rounds: 1 });
    expect(Object.keys(votes!).every(isCandidate)).toBe(true);
    // Twelve were left for the last question, which took three.
    expect(names).toHaveLength(3);
    expect(notes[0]).toBe("Only 3 of 5 candidates got a vote.");
    expect(notes[1]).toMatch(/^\d+ names in the answers were not among the candidates asked about/);
    expect(notes[1]).toContain('"DipoleMoment"');
  });

  it("is held to the number of names that was asked for", async () => {
    await using server = await chatServer((seen, response) =>
      say(response, offered(seen).length > 0 ? JSON.stringify({ names: offered(seen) }) : "It dissolves."),
    );
    const { votes } = await ask(server.baseUrl, { rounds: 1, most: 4 });
    expect(Object.keys(votes!)).toHaveLength(4);
  });

  it("that chooses nothing at all is an error", async () => {
    await using server = await chatServer((seen, response) =>
      say(response, offered(seen).length > 0 ? '{"names": []}' : "It dissolves."),
    );
    await expect(ask(server.baseUrl)).rejects.toThrow(/chose none of 150 candidates in 2 rounds/);
  });

  it.each([
    ["no chat completion", (response: Parameters<Behaviour>[1]) => json(response, 200, { hello: "world" })],
    [
      "HTML",
      (response: Parameters<Behaviour>[1]) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
    ],
    [
      "broken JSON",
      (response: Parameters<Behaviour>[1]) =>
        response.writeHead(200, { "content-type": "application/json" }).end("{"),
    ],
  ])("gets another try after %s", async (_, bad) => {
    await using server = await chatServer(first(1, (_seen, response) => bad(response)));
    expect((await ask(server.baseUrl)).names[0]).toBe("tpsa");
  });

  it("falls back to the frozen votes where that was asked for, and says why", async () => {
    await using server = await chatServer(firstNames(99, () => "no"));
    const found = await ask(server.baseUrl, {}, { fallback: "frozen-votes" });
    expect(found).toMatchObject({ how: "frozen-votes", settings: { family: "solubility" } });
    expect(found.names[0]).toBe("CrippenClogP");
    expect(found.notes[0]).toMatch(
      /^Chosen by the frozen votes, because the language model failed: test gave 3 answers/,
    );
  });
});
