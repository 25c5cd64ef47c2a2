// Rebuilds what services folded from the log, beside the running platform: `tsx services/rebuild.ts sessions --dry-run`.
import { parseArgs } from 'node:util';
import type { Environment } from '#kit/env';
import { Fault } from '#kit/fault';
import type { RebuildRun } from '#kit/projection/rebuild-run';
import type { Progress } from '#kit/projection/rebuild-progress';

type Opening = (environment: Environment) => Promise<RebuildRun>;

const sessions = () => import('#services/sessions/rebuild');
const stations = () => import('#services/stations/rebuild');
const billing = () => import('#services/billing/rebuild');
const ocpi = () => import('#services/ocpi/rebuild');
const alerts = () => import('#services/alerts/rebuild');
const analytics = () => import('#services/analytics/rebuild');

/** What can be rebuilt: one line each. */
const rebuilds: Readonly<Record<string, Opening>> = {
  sessions: async (environment) => (await sessions()).sessionsRebuild(environment),
  stations: async (environment) => (await stations()).stationsRebuild(environment),
  commands: async (environment) => (await stations()).commandsRebuild(environment),
  billing_sessions: async (environment) => (await billing()).billingRebuild('billing_sessions', environment),
  billing_places: async (environment) => (await billing()).billingRebuild('billing_places', environment),
  cdrs: async (environment) => (await billing()).billingRebuild('cdrs', environment),
  ocpi_registry: async (environment) => (await ocpi()).ocpiRebuild('ocpi_registry', environment),
  ocpi_evse_status: async (environment) => (await ocpi()).ocpiRebuild('ocpi_evse_status', environment),
  ocpi_sessions: async (environment) => (await ocpi()).ocpiRebuild('ocpi_sessions', environment),
  ocpi_cdrs: async (environment) => (await ocpi()).ocpiRebuild('ocpi_cdrs', environment),
  alerts_stations: async (environment) => (await alerts()).alertsRebuild('alerts_stations', environment),
  alerts_places: async (environment) => (await alerts()).alertsRebuild('alerts_places', environment),
  alerts_sessions: async (environment) => (await alerts()).alertsRebuild('alerts_sessions', environment),
  readings: async (environment) => (await analytics()).sinkRebuildOf('readings', environment),
  session_facts: async (environment) => (await analytics()).sinkRebuildOf('session_facts', environment),
  dimensions: async (environment) => (await analytics()).sinkRebuildOf('dimensions', environment),
  frames: async (environment) => (await analytics()).sinkRebuildOf('frames', environment),
};

/** Several at a word. */
const groups: Readonly<Record<string, readonly string[]>> = {
  billing: ['billing_sessions', 'billing_places', 'cdrs'],
  ocpi: ['ocpi_registry', 'ocpi_evse_status', 'ocpi_sessions', 'ocpi_cdrs'],
  alerts: ['alerts_stations', 'alerts_places', 'alerts_sessions'],
  clickhouse: ['readings', 'session_facts', 'dimensions', 'frames'],
};

const usage = `npm run rebuild -- <name>… [--dry-run] [--afresh], of: ${Object.keys(rebuilds).join(', ')};
  or several at a word: ${Object.keys(groups).join(', ')}
  --dry-run  fold and compare only, change nothing
  --afresh   begin anew what an earlier run left unfinished`;
const progressEveryMs = 2_000;

process.exitCode = await main(process.argv.slice(2));

/** One after the other, a line of JSON each. 0: all done. 1: one failed, or its rows differ and must not; none follows it. */
async function main(args: readonly string[]): Promise<number> {
  const asked = readArgs(args);
  if (asked === undefined) {
    console.error(usage);
    return 1;
  }
  for (const each of asked) {
    const code = await rebuild(each);
    if (code !== 0) return code;
  }
  return 0;
}

async function rebuild({ name, open, dryRun, afresh }: Asked): Promise<number> {
  try {
    const run = await open(process.env);
    const summary = await run({ dryRun, afresh }, paced(name));
    console.log(JSON.stringify(summary));
    return summary.outcome === 'differs' ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    console.error(`${name}: ${error.message}`);
    return 1;
  }
}

type Asked = { readonly name: string; readonly open: Opening; readonly dryRun: boolean; readonly afresh: boolean };

function readArgs(args: readonly string[]): readonly Asked[] | undefined {
  try {
    const options = { 'dry-run': { type: 'boolean' }, afresh: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const mode = { dryRun: values['dry-run'] ?? false, afresh: values.afresh ?? false };
    const names = positionals.flatMap((word) => (Object.hasOwn(groups, word) ? (groups[word] ?? []) : [word]));
    const asked = names.flatMap((name) => {
      const open = Object.hasOwn(rebuilds, name) ? rebuilds[name] : undefined;
      return open === undefined ? [] : [{ name, open, ...mode }];
    });
    return asked.length === 0 || asked.length < names.length ? undefined : asked;
  } catch {
    return undefined;
  }
}

function paced(name: string): (progress: Progress) => void {
  let saidMs = performance.now();
  return ({ events, totalEvents, eventsPerSecond, secondsLeft }) => {
    if (performance.now() - saidMs < progressEveryMs) return;
    saidMs = performance.now();
    const percent = totalEvents === 0 ? 100 : Math.floor((100 * events) / totalEvents);
    const left = secondsLeft === undefined ? '' : `, about ${secondsLeft} s left`;
    console.error(`${name}: ${events} of ${totalEvents} events (${percent} %), ${eventsPerSecond} /s${left}`);
  };
}
