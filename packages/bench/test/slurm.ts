import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { answers, freePort, inPath } from "./servers.ts";

/** The script that a run says is to be submitted, and how many tasks its array has. */
export function arrayOf(output: string): { script: string; tasks: number } {
  const script = /^ {2}sbatch (\S+)$/m.exec(output)?.[1] ?? "";
  const last = /^#SBATCH --array=0-(\d+)$/m.exec(readFileSync(script, "utf8"))?.[1];
  return { script, tasks: Number(last) + 1 };
}

/** A cluster of this machine alone. */
export interface Cluster {
  /** Submits a script, and returns the number of its array. */
  submit(script: string, env: Record<string, string>): number;
  cancel(array: number, task: number): void;
  /** Waits until nothing runs or waits. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const programs = ["munged", "slurmctld", "slurmd", "sbatch", "scancel", "squeue", "sinfo"];

/** What must be installed for a cluster; null when it is. */
export const missingForSlurm: string | null = programs.every((name) => inPath(name) !== null)
  ? null
  : "slurm-wlm and munge";

/** Starts Slurm's two daemons, and munge, by which they know each other, as this user: nothing outside a temporary folder is read or written. */
export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-slurm-"));
  chmodSync(folder, 0o755); // munge keeps no socket where others cannot come.
  const socket = join(folder, "munge.sock");
  const key = join(folder, "munge.key");
  writeFileSync(key, randomBytes(128), { mode: 0o600 });
  const configuration = join(folder, "slurm.conf");
  writeFileSync(configuration, await configurationOf(folder, socket));
  for (const name of ["state", "spool"]) mkdirSync(join(folder, name));

  const begin = (name: string, ...args: string[]) =>
    spawn(inPath(name) ?? "", args, { stdio: "ignore", cwd: folder });
  const files = ["--key-file", key, "--socket", socket, "--seed-file", join(folder, "munge.seed")];
  const munge = ["--foreground", ...files, "--pid-file", join(folder, "munge.pid"), "--num-threads", "2"];
  const running: ChildProcess[] = [begin("munged", ...munge)];
  await answers(() => existsSync(socket));
  for (const name of ["slurmctld", "slurmd"]) running.push(begin(name, "-D", "-f", configuration));

  const ask = (name: string, ...args: string[]): string =>
    spawnSync(inPath(name) ?? "", args, {
      encoding: "utf8",
      env: { ...process.env, SLURM_CONF: configuration },
    }).stdout.trim();
  await answers(() => ask("sinfo", "--noheader", "--format=%t") === "idle");
  return {
    submit(script, env) {
      const said = execFileSync(inPath("sbatch") ?? "", ["--parsable", script], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, ...env, SLURM_CONF: configuration },
      });
      return Number.parseInt(said, 10);
    },
    cancel: (array, task) => void ask("scancel", `${array}_${task}`),
    idle: () => answers(() => ask("squeue", "--noheader") === ""),
    async stop() {
      for (const child of running.reverse()) {
        const gone = new Promise((resolve) => child.once("exit", resolve));
        if (child.exitCode === null && child.kill()) await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Without control groups, accounts and launchers, which a container may not have. */
async function configurationOf(folder: string, socket: string): Promise<string> {
  const host = hostname().split(".")[0] ?? "";
  const { username } = userInfo();
  const settings = {
    ClusterName: "outrigger",
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: await freePort(),
    SlurmdPort: await freePort(),
    SlurmUser: username,
    SlurmdUser: username,
    AuthType: "auth/munge",
    AuthInfo: `socket=${socket}`,
    StateSaveLocation: join(folder, "state"),
    SlurmdSpoolDir: join(folder, "spool"),
    SlurmctldPidFile: join(folder, "slurmctld.pid"),
    SlurmdPidFile: join(folder, "slurmd.pid"),
    SlurmctldLogFile: join(folder, "slurmctld.log"),
    SlurmdLogFile: join(folder, "slurmd.log"),
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    MpiDefault: "none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_CPU",
    // At once, and not when a cluster of thousands has settled.
    SchedulerType: "sched/builtin",
    SchedulerParameters: "batch_sched_delay=0,sched_min_interval=0,sched_interval=1",
    KillWait: 5,
  };
  const nodes = [
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    `PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
  ];
  return [...Object.entries(settings).map(([name, value]) => `${name}=${value}`), ...nodes, ""].join("\n");
}
