// The versions of a rebuild: which one it fills, how that goes live, and what is kept of those before.
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#kit/fault';
import { apiRoleOf, type Database, identifier, sqlStateOf, transaction } from '#kit/postgres';
import { createSayings } from '#kit/projection/corrections';
import { freePartitions, type OwnedPosition } from '#kit/projection/fence';
import { beginRebuild, checkTaken, endRebuild, type RebuildVersions, standingFor } from '#kit/projection/rebuild-state';
import { dropVersion, lockSchemas, prepareSchema, readVersions, schemaOf, showVersion } from '#kit/projection/schema';
import { createReaderSchema, readStanding, type Standing } from '#kit/projection/standing';

export type { RebuildVersions } from '#kit/projection/rebuild-state';

type Wanted = {
  readonly projection: { readonly name: string; readonly generation: number };
  readonly directory: string;
};
type Mode = { readonly dryRun: boolean; readonly afresh?: boolean };

/** A dry run fills this one, beside whatever a rebuild left unfinished. */
const dryVersion = 0;
const swapAttemptsMax = 60;
const swapLockTimeoutMs = 1_000;
const swapPauseMs = 500;

/** Finds the unfinished version of this generation, or makes a fresh one. Throws Fault REBUILD_REFUSED. */
export async function versionsFor(
  database: Database,
  { projection, directory }: Wanted,
  mode: Mode,
): Promise<RebuildVersions> {
  const { name, generation } = projection;
  const versions = await transaction(database, async (client) => {
    await lockSchemas(client, name);
    await createReaderSchema(client, name);
    const { live, rebuild } = await liveStanding(name, generation, () => readStanding(client, name));
    await dropVersion(client, { name, version: dryVersion });
    if (mode.dryRun) return { name, live, next: { version: dryVersion, generation } };
    const isBegun = rebuild?.step === 'correcting';
    if (isBegun && rebuild.generation !== generation) refuse(`corrections of generation ${rebuild.generation} began`);
    const goesOn = rebuild?.generation === generation && (isBegun || mode.afresh !== true);
    if (rebuild !== undefined && !goesOn) await dropVersion(client, { name, version: rebuild.version });
    const newest = Math.max(live.version, ...(await readVersions(client, name)));
    const next = { version: goesOn ? rebuild.version : newest + 1, generation };
    if (!isBegun) await beginRebuild(client, { name, live, next });
    return { name, live, next };
  });
  await prepareSchema(database, { name, version: versions.next.version, directory });
  const schema = schemaOf({ name, version: versions.next.version });
  await transaction(database, createSayings, { schema });
  return versions;
}

async function liveStanding(
  name: string,
  generation: number,
  read: () => Promise<Standing | undefined>,
): Promise<Standing> {
  const standing = await read();
  if (standing === undefined) return refuse(`${name} never ran, so there is nothing to rebuild`);
  const { live } = standing;
  if (live.generation > generation) refuse(`generation ${live.generation} is live, this code has ${generation}`);
  return standing;
}

/** Statistics of the filled tables. */
export async function analyze(database: Database, { name, next }: RebuildVersions): Promise<void> {
  const schema = schemaOf({ name, version: next.version });
  const tables = await database.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = $1',
    [schema],
  );
  for (const table of tables) await database.query(`analyze ${identifier(schema)}.${identifier(table.name)}`);
}

/**
 * Names, positions and generation change in one transaction; then all versions but the one that was live before are
 * dropped. A reader in a long query holds its view, so the swap waits for it in short attempts: others queue behind it.
 * Throws FenceBroken where the version that was taken moved.
 */
export async function swap(
  database: Database,
  versions: RebuildVersions,
  taken: readonly OwnedPosition[],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await swapOnce(database, versions, taken);
      break;
    } catch (error) {
      const isHeld = sqlStateOf(error) === '55P03' || sqlStateOf(error) === '40P01';
      if (!isHeld || attempt >= swapAttemptsMax) throw error;
      await delay(swapPauseMs);
    }
  }
  const { name, live, next } = versions;
  await transaction(database, async (client) => {
    for (const version of await readVersions(client, name))
      if (version !== live.version && version !== next.version) await dropVersion(client, { name, version });
  });
}

async function swapOnce(database: Database, versions: RebuildVersions, taken: readonly OwnedPosition[]): Promise<void> {
  const { name, next } = versions;
  await transaction(
    database,
    async (client) => {
      await client.query(`set local lock_timeout = ${swapLockTimeoutMs}`);
      await standingFor(client, versions);
      await checkTaken(client, versions, taken);
      await freePartitions(client);
      await client.query('drop table if exists rebuild_said');
      await showVersion(client, { name, ...next }, apiRoleOf(database.role));
      await endRebuild(client, name);
    },
    { schema: schemaOf({ name, version: next.version }) },
  );
}

/** Forgets what was filled; the live version goes on. */
export async function abandon(database: Database, { name, next }: RebuildVersions): Promise<void> {
  await transaction(database, async (client) => {
    await lockSchemas(client, name);
    if (next.version !== dryVersion) await endRebuild(client, name);
    await dropVersion(client, { name, version: next.version });
  });
}

function refuse(detail: string): never {
  throw new Fault('REBUILD_REFUSED', { detail });
}
