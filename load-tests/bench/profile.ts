// A CPU profile of this process over one piece of work, where CPU_PROFILE_DIR names a directory; open it in any DevTools.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

/** Runs the work; profiled into `<CPU_PROFILE_DIR>/<name>.cpuprofile` where that variable is set. */
export async function profiled<T>(name: string, work: () => Promise<T>): Promise<T> {
  const dir = process.env['CPU_PROFILE_DIR'];
  if (dir === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  try {
    return await work();
  } finally {
    const { profile } = await session.post('Profiler.stop');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, `${name}.cpuprofile`), JSON.stringify(profile));
    session.disconnect();
  }
}
