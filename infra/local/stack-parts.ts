// The three parts of a checkout with its own data, as `npm run stack` and `npm start` have them.
import { claimDataDir } from '#infra/local/claim';
import { rotateLog } from '#infra/local/child';
import { partNames } from '#infra/local/part';
import { type Parts, startParts } from '#infra/local/parts';
import { reapLeftovers } from '#infra/local/pids';
import { assertPortsFree, type NamedPort } from '#infra/local/ports';
import { type Run, say } from '#infra/local/run-until-ended';
import type { Secrets } from '#infra/local/secrets';
import { type Dirs, partPorts, type Ports } from '#infra/local/settings';

export type StackOptions = {
  readonly dirs: Dirs;
  readonly ports: Ports;
  readonly secrets: Secrets;
  /** Ports that are needed besides those of the parts. */
  readonly morePorts: readonly NamedPort[];
};

/** Claims the data directory and makes the ports sure. To be called before anything is written there. */
export async function takePlace(run: Run, { dirs, ports, morePorts }: Omit<StackOptions, 'secrets'>): Promise<void> {
  // 1. claim, 2. reap what a kill left, 3. ports. A reaped engine frees its port, and only the holder of the claim reaps.
  const claim = await claimDataDir(dirs.data);
  run.onEnd('claim', async () => claim.release());
  const reaped = await reapLeftovers(dirs.pids);
  if (reaped.length > 0) say(`Ended what an earlier run had left: ${reaped.join(', ')}.`);
  await assertPortsFree([...partPorts(ports, process.env), ...morePorts]);
}

/** Starts the parts; the run ends when one of them does. */
export async function startStackParts(
  run: Run,
  { dirs, ports, secrets }: Omit<StackOptions, 'morePorts'>,
): Promise<Parts> {
  for (const name of partNames) rotateLog(dirs.logs, name);
  const starting = startParts({
    needs: partNames,
    place: { dataDir: dirs.data, logDir: dirs.logs, pidDir: dirs.pids, throwAway: false },
    ports,
    secrets,
    environment: process.env,
    onUp: (part, seconds) =>
      say(`  ${part.name.padEnd(10)} ${part.source} at ${withoutPassword(part.url)} after ${seconds.toFixed(1)} s`),
  });
  run.onEnd('parts', async () => {
    const parts = await starting.catch(() => undefined);
    await parts?.close();
  });
  const parts = await starting;
  void parts.failed.then((sentence) => run.fail(`A part of the platform is gone: ${sentence}`));
  return parts;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
