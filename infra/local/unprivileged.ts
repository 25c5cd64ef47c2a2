// How an engine that refuses to run as root is run all the same: as a user who may do nothing else.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export type User = { readonly uid: number; readonly gid: number };

/** Words to put before the command, or the user to start it as. */
export type Disguise = { readonly prefix: readonly string[]; readonly user: User | undefined };

const users = ['postgres', 'nobody'];
const setpriv = '/usr/bin/setpriv';

/** The user to run as; undefined when we are not root and may run as ourselves. Throws when there is no such user. */
export function unprivilegedUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of users) {
    try {
      return { uid: idOf('-u', name), gid: idOf('-g', name) };
    } catch {
      continue;
    }
  }
  throw new Error(`neither of the users ${users.join(', ')} exists`);
}

/**
 * A checkout below a directory that only root may enter (/root, mktemp -d) is out of the user's reach. There the engine
 * keeps one right of root's, to enter and read directories; the bit no_setuid_fixup makes access(2) see that right too.
 * Throws where setpriv is missing.
 */
export function disguiseFor(user: User | undefined, paths: readonly string[]): Disguise {
  if (user === undefined || paths.every((path) => mayEnter(user, path))) return { prefix: [], user };
  if (!existsSync(setpriv))
    throw new Error(`a directory above ${paths.join(' or ')} is closed to the user ${user.uid}`);
  const rights = ['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'];
  return {
    prefix: [
      setpriv,
      '--securebits',
      '+no_setuid_fixup',
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      ...rights,
    ],
    user: undefined,
  };
}

function mayEnter(user: User, path: string): boolean {
  const { uid, gid, mode } = statSync(path);
  const executable = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & executable) !== 0 && (dirname(path) === path || mayEnter(user, dirname(path)));
}

function idOf(flag: string, name: string): number {
  const id = Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  if (!Number.isInteger(id)) throw new Error(`no id for ${name}`);
  return id;
}
