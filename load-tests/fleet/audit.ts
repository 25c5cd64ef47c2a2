// `npm run audit`: the platform against the fleet's model. Prints counts and the first differences; exit 1 where there are any.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { auditReadings, clickhouseQuery, type ReadingsAudit } from '#load-tests/fleet/audit-readings';
import { auditSessions, type Audit, type FetchSessions, type PlatformSession } from '#load-tests/fleet/audit-sessions';
import { readModel, type FleetModel } from '#load-tests/fleet/model';

type Options = {
  model: string;
  operator: string;
  key: string;
  clickhouse: string | undefined;
  tenant: string;
  waitSeconds: number;
};

const usage =
  'npm run audit -- --model <file> --operator http://127.0.0.1:8080 --key csk_… [--clickhouse URL] [--tenant default] [--wait-seconds 30]';
const differencesShownMax = 20;
const pageLimit = 200;
const pagesMax = 1000;
const pollMs = 1000;
const tooManyRequests = 429;

const options = readFlags(process.argv.slice(2));
if (options === undefined) {
  console.error(usage);
  process.exitCode = 1;
} else {
  process.exitCode = await run(options);
}

async function run(flags: Options): Promise<number> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(flags.model) })) lines.push(line);
  const model = readModel(lines);
  const deadline = performance.now() + flags.waitSeconds * 1000;
  // Projections follow the log by a moment: a difference counts once the wait is over.
  for (;;) {
    const sessions = await auditSessions(model, operatorSessions(flags));
    const readings = await readingsOf(model, flags);
    const differences = [...sessions.differences, ...(readings?.differences ?? [])];
    if (differences.length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => {
        setTimeout(resolve, pollMs);
      });
      continue;
    }
    print(sessions, readings);
    return differences.length === 0 ? 0 : 1;
  }
}

async function readingsOf(model: FleetModel, flags: Options): Promise<ReadingsAudit | undefined> {
  if (flags.clickhouse === undefined) return undefined;
  return auditReadings(model, flags.tenant, clickhouseQuery(flags.clickhouse, flags.tenant));
}

function print(sessions: Audit, readings: ReadingsAudit | undefined): void {
  const { differences: sessionDifferences, ...counts } = sessions;
  const differences = [...sessionDifferences, ...(readings?.differences ?? [])];
  for (const difference of differences.slice(0, differencesShownMax)) {
    console.log(`${difference.kind} ${difference.session}: expected ${difference.expected}, found ${difference.found}`);
  }
  const stored =
    readings === undefined ? {} : { readingsAcknowledged: readings.acknowledged, readingsStored: readings.stored };
  console.log(JSON.stringify({ ...counts, ...stored, differences: differences.length }));
}

type Page = { readonly items: readonly PlatformSession[]; readonly nextCursor?: string | null };

/** All sessions of a station through the operator's door, page by page. */
function operatorSessions(flags: Options): FetchSessions {
  return async (stationId) => {
    const found: PlatformSession[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < pagesMax; page++) {
      const url = new URL('/v1/sessions', flags.operator);
      url.searchParams.set('stationId', stationId);
      url.searchParams.set('limit', String(pageLimit));
      if (cursor !== undefined) url.searchParams.set('cursor', cursor);
      const { items, nextCursor } = await fetchPage(url, flags.key);
      found.push(...items);
      if (nextCursor === undefined || nextCursor === null) return found;
      cursor = nextCursor;
    }
    throw new Error(`station ${stationId} has more than ${pagesMax * pageLimit} sessions`);
  };
}

/** Waits its turn where the door says that we ask too often. */
async function fetchPage(url: URL, key: string): Promise<Page> {
  for (;;) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    if (response.status === tooManyRequests) {
      const waitSeconds = Number(response.headers.get('retry-after') ?? 1) || 1;
      await new Promise((resolve) => {
        setTimeout(resolve, waitSeconds * 1000);
      });
      continue;
    }
    if (!response.ok)
      throw new Error(`${url.pathname} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    return (await response.json()) as Page;
  }
}

function readFlags(args: readonly string[]): Options | undefined {
  try {
    const text = { type: 'string' } as const;
    const flags = { model: text, operator: text, key: text, clickhouse: text, tenant: text, 'wait-seconds': text };
    const { values } = parseArgs({ args: [...args], options: flags, strict: true });
    const waitSeconds = Number(values['wait-seconds'] ?? 30);
    if (values.model === undefined || values.key === undefined || !Number.isFinite(waitSeconds)) return undefined;
    return {
      model: values.model,
      operator: values.operator ?? 'http://127.0.0.1:8080',
      key: values.key,
      clickhouse: values.clickhouse === '' ? undefined : values.clickhouse,
      tenant: values.tenant ?? 'default',
      waitSeconds,
    };
  } catch {
    return undefined;
  }
}
