// A lock between processes: a file with the holder's pid and start time, taken over when that very process is gone.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './say.mjs';

const pollMs = 200;

/** Runs work() while holding the lock; waits as long as another living process holds it. */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${process.pid} ${startTimeOf(process.pid)}`;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    await take(file, draft);
    try {
      return await work();
    } finally {
      if (read(file) === mine) rmSync(file, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

async function take(file, draft) {
  let said = false;
  for (;;) {
    try {
      // A link either makes the name with its whole content or fails where the name exists.
      linkSync(draft, file);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = read(file);
    if (holder === undefined) continue;
    if (!lives(holder)) {
      removeStale(file, holder, draft);
      continue;
    }
    if (!said) say(`Another run (pid ${holder.split(' ')[0]}) is preparing this checkout; waiting for it.`);
    said = true;
    await delay(pollMs);
  }
}

// Two that wait may both see the same stale lock. Each moves it away under a name of its own; the one that finds it has
// moved a fresh lock puts that back.
function removeStale(file, holder, draft) {
  const aside = `${draft}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (read(aside) !== holder) {
    try {
      linkSync(aside, file);
    } catch {
      // A third took the lock in between; the one put aside finds its content gone and does not remove another's.
    }
  }
  rmSync(aside, { force: true });
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function lives(holder) {
  const [pid, startedAt] = holder.split(' ');
  const now = startTimeOf(Number(pid));
  return now !== undefined && now === startedAt;
}

// Boot runs before anything is installed, so it cannot share infra/local/pids.ts.
function startTimeOf(pid) {
  if (process.platform !== 'linux') return exists(pid) ? 'unknown' : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
