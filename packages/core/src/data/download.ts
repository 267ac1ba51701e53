import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import { diskError } from "../train/disk.ts";
import { sha256Of } from "./checksum.ts";

const { fs, path: paths } = platform;

/** What to fetch, and what it must be. */
export interface Download {
  readonly url: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Called as bytes arrive; the total is undefined where the server does not tell it. */
export type DownloadProgress = (received: number, total: number | undefined) => void;

function failed({ url }: Download, path: string, why: string, cause?: unknown): OutriggerError {
  return new OutriggerError(
    "download",
    `Could not download ${paths.basename(path)} from ${url}: ${why}. Check the network and run again (what arrived is kept), or store the file as ${path}, or set OUTRIGGER_DATA to a folder that has it.`,
    { file: paths.basename(path), url, path },
    cause,
  );
}

const reason = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
};

async function request(source: Download, path: string, from: number): Promise<Response> {
  try {
    return await fetch(source.url, { headers: from > 0 ? { range: `bytes=${from}-` } : {} });
  } catch (error) {
    throw failed(source, path, `no answer (${reason(error)})`, error);
  }
}

/** Writes what the server sends to `part`: behind what is there if it sends the rest (206), from the start otherwise (200). */
async function receive(
  response: Response,
  part: string,
  from: number,
  source: Download,
  path: string,
  progress?: DownloadProgress,
): Promise<void> {
  const appending = response.status === 206;
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  let received = appending ? from : 0;
  const total = Number.isNaN(length) ? undefined : received + length;
  const file = await fs.promises.open(part, appending ? "a" : "w").catch((error: unknown) => {
    throw diskError(part, error);
  });
  try {
    progress?.(received, total);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { value, done } = await reader.read().catch((error: unknown) => {
        throw failed(source, path, `the connection broke after ${received} bytes (${reason(error)})`, error);
      });
      if (done) break;
      await file.writeFile(value).catch((error: unknown) => {
        throw diskError(part, error);
      });
      received += value.length;
      progress?.(received, total);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Downloads a file to `path`: into `path.part` first, continued by a range request if an earlier try left a part, checked, and
 * renamed, so that `path` is whole whenever it exists.
 *
 * @throws OutriggerError "download" (no network, or the server refuses; names file, address and folder), "checksum" (the part
 * is deleted), "disk".
 */
export async function download(source: Download, path: string, progress?: DownloadProgress): Promise<void> {
  const part = `${path}.part`;
  try {
    fs.mkdirSync(paths.dirname(path), { recursive: true });
  } catch (error) {
    throw diskError(paths.dirname(path), error);
  }
  const from = fs.statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  let response = await request(source, path, from);
  // 416: the part is as long as the file, or longer; only the checksum can tell, so a wrong one starts over below.
  const whole = from > 0 && response.status === 416;
  if (whole) await response.body?.cancel();
  if (whole && (await sha256Of(part)) !== source.sha256.toLowerCase()) {
    fs.rmSync(part, { force: true });
    response = await request(source, path, 0);
  }
  // 416 to a request for the whole file is a refusal, and there is no part.
  if (response.status !== 416 || !fs.existsSync(part)) {
    if (!response.ok || response.body === null) {
      throw failed(source, path, `the server answered ${response.status} ${response.statusText}`);
    }
    await receive(response, part, from, source, path, progress);
  }
  const found = await sha256Of(part);
  if (found !== source.sha256.toLowerCase()) {
    fs.rmSync(part, { force: true });
    throw new OutriggerError(
      "checksum",
      `${paths.basename(path)} from ${source.url} is not the expected file: its sha256 is ${found}, expected ${source.sha256}. The download was deleted; try again, and if that does not help the file was changed at its source.`,
      { file: paths.basename(path), url: source.url, expected: source.sha256, found },
    );
  }
  try {
    fs.renameSync(part, path);
  } catch (error) {
    throw diskError(path, error);
  }
}
