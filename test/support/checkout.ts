// A small checkout in a temporary directory with fake tools on its PATH: boot can be tried without fetching anything.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rootDir } from '#infra/local/paths';

export type Checkout = {
  readonly dir: string;
  /** Puts a script named `tool` on the PATH. */
  fake(tool: string, script: string): void;
  write(path: string, content: string): void;
  read(path: string): string;
  /** Environment with a PATH of only the fake tools. */
  env(more?: Record<string, string>): NodeJS.ProcessEnv;
  /** Runs boot to its end. */
  boot(
    args: readonly string[],
    more?: { env?: Record<string, string>; preload?: string },
  ): { code: number | null; said: string };
  /** Starts boot. */
  spawnBoot(args: readonly string[], env?: Record<string, string>): ChildProcess;
  remove(): void;
};

/** With `installed`, its node_modules carries the stamp of its lockfile. */
export function makeCheckout(installed: boolean): Checkout {
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-checkout-'));
  const bin = join(dir, 'fake-bin');
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  mkdirSync(bin);
  for (const path of ['infra/boot.mjs', 'infra/boot', 'infra/kafka/pom.xml'])
    cpSync(join(rootDir, path), join(dir, path), { recursive: true });
  write('package-lock.json', '{}');
  write('package.json', '{"type":"module"}');
  if (installed) write('node_modules/.chargestream-lock', createHash('sha256').update('{}').digest('hex'));
  mkdirSync(join(dir, 'node_modules'), { recursive: true });
  symlinkSync(join(rootDir, 'node_modules', 'tsx'), join(dir, 'node_modules', 'tsx'));
  const env = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({ PATH: bin, ...more });
  return {
    dir,
    write,
    env,
    read: (path) => readFileSync(join(dir, path), 'utf8'),
    fake(tool, script) {
      writeFileSync(join(bin, tool), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
      chmodSync(join(bin, tool), 0o755);
    },
    boot(args, { env: more, preload } = {}) {
      const before = preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
      const { status, stderr } = spawnSync(process.execPath, [...before, join(dir, 'infra/boot.mjs'), ...args], {
        env: env(more),
        encoding: 'utf8',
      });
      return { code: status, said: stderr.trim() };
    },
    spawnBoot: (args, more) =>
      spawn(process.execPath, [join(dir, 'infra/boot.mjs'), ...args], {
        env: env(more),
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Scripts of tools that are as they should be. */
export const java17 = 'echo \'openjdk version "17.0.15" 2025-04-15\' >&2';
export const mavenThatCopies =
  'for a in "$@"; do case "$a" in -Dlibs=*) echo once >> "$(dirname "${a#-Dlibs=}")/fetched"; sleep 0.3; mkdir -p "${a#-Dlibs=}"; echo jar > "${a#-Dlibs=}/kafka.jar";; esac; done';
