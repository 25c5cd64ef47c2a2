// /v1/stations/{id}/local-list: the list by which a station authorises drivers itself: wanted, delivered, told.
import Type, { type Static } from 'typebox';
import { tokenRefPattern, tokenUid } from '#contracts/registry';
import { tokenTypes } from '#contracts/token-words';
import { problem, type HttpApi, type Problem } from '#kit/http';
import { nullable, problems } from '#kit/http-schemas';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import { isHeardOf, readDetail, type StationPlace } from '../detail-reads.ts';
import { listEntriesMax } from '../domain/local-list.ts';
import type { RefOf } from '../domain/shown-parameters.ts';
import type { ListedTokens } from '../local-lists/listed-tokens.ts';
import { putList, readList, type KeptList } from '../local-lists/register.ts';
import * as schemas from './detail-schemas.ts';
import { localListView } from './detail-views.ts';
import { isoOf } from './page.ts';
import { instant, stationParams } from './schemas.ts';

export type LocalListParts = {
  readonly database: Database;
  readonly refOf: RefOf;
  readonly listedTokens: ListedTokens;
  readonly logger: Logger;
  isRegistered(tenantId: string, stationId: string): boolean;
  now(): number;
};

const tags = ['station details'];
const token = Type.Object(
  { uid: tokenUid, type: Type.Optional(Type.Enum([...tokenTypes], { default: 'Central' })) },
  { additionalProperties: false },
);
const mode = Type.Enum(['auto', 'full'], {
  description: 'auto: only what differs, where the station has what it acknowledged. full: always the whole list',
});
const entries = { maxItems: listEntriesMax, description: 'An empty list empties that of the station' };
const input = Type.Object(
  {
    mode: Type.Optional(mode),
    tokens: Type.Optional(Type.Array(token, entries)),
    tokenRefs: Type.Optional(Type.Array(Type.String({ pattern: tokenRefPattern }), entries)),
    fromGroup: Type.Optional(
      Type.String({ minLength: 1, maxLength: 36, description: 'All tokens of this group, as the registry has them' }),
    ),
  },
  { additionalProperties: false, description: 'One of tokens, tokenRefs and fromGroup' },
);
const wanted = Type.Object({
  mode,
  tokenRefs: Type.Array(Type.String(), { description: 'Pseudonyms; no plain uid is kept here' }),
  fromGroup: nullable(Type.String()),
  revision: Type.Integer({ description: 'Grows with each change of the wish' }),
  state: Type.Enum(['waiting', 'applied', 'refused']),
  acknowledgedVersion: nullable(Type.Integer({ description: 'Version of the list that the station accepted last' })),
  entries: nullable(Type.Integer({ description: 'How many that list has' })),
  update: nullable(Type.String({ description: 'full or differential: of the last command' })),
  commandId: nullable(Type.String()),
  outcome: nullable(Type.String()),
  detail: nullable(Type.String()),
  updatedAt: instant,
  updatedBy: Type.String(),
});
const view = Type.Object({
  ...schemas.localList.properties,
  wanted: Type.Union([wanted, Type.Null()], { description: 'null: nobody said what the station shall hold' }),
});

export function addLocalListRoutes(api: HttpApi, parts: LocalListParts): void {
  addReading(api, parts);
  addPutting(api, parts);
}

function addReading(api: HttpApi, { database, isRegistered }: LocalListParts): void {
  api.get(
    '/v1/stations/:stationId/local-list',
    {
      schema: {
        tags,
        summary: 'Read the version of the local list that a station told last, and what it shall hold',
        params: stationParams,
        response: { 200: view, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }, reply) => {
      const place = { tenantId, stationId };
      if (!isRegistered(tenantId, stationId) && !(await isHeardOf(database, place)))
        return problem(reply, noStation(stationId));
      return reply.send(await viewOf(database, place));
    },
  );
}

function addPutting(api: HttpApi, parts: LocalListParts): void {
  const { database, isRegistered, now } = parts;
  api.put(
    '/v1/stations/:stationId/local-list',
    {
      schema: {
        tags,
        summary: 'Say which tokens a station shall know itself; putting the same again changes nothing',
        params: stationParams,
        body: input,
        response: { 200: view, ...problems },
      },
    },
    async ({ caller: { tenantId, actor, role }, params: { stationId }, body }, reply) => {
      if (role === 'viewer')
        return problem(reply, { status: 403, title: 'A viewer may not change what stations hold' });
      if (!isRegistered(tenantId, stationId)) return problem(reply, noStation(stationId));
      const named = namedOf(parts, tenantId, body);
      if (named === undefined) return problem(reply, { ...notValid, violations: [oneOfThree] });
      const fault = await faultOf(parts, tenantId, named);
      if (fault !== undefined) return problem(reply, fault);
      const place = { tenantId, stationId };
      const { refs, groupId } = named;
      await putList(database, place, { mode: body.mode ?? 'auto', groupId, tokenRefs: refs, by: actor, atMs: now() });
      return reply.send(await viewOf(database, place));
    },
  );
}

const notValid = { status: 400, title: 'The request is not valid' } as const;
const oneOfThree = { path: 'body', message: 'must have one of tokens, tokenRefs and fromGroup' };

type Named = { readonly by: string; readonly refs: readonly string[]; readonly groupId: string | null };

/** Undefined where not exactly one of the three is given. */
function namedOf({ refOf }: LocalListParts, tenantId: string, body: Static<typeof input>): Named | undefined {
  const { tokens, tokenRefs, fromGroup } = body;
  const given = [tokens, tokenRefs, fromGroup].filter((each) => each !== undefined);
  if (given.length !== 1) return undefined;
  if (fromGroup !== undefined) return { by: 'fromGroup', refs: [], groupId: fromGroup };
  const refs = tokenRefs ?? (tokens ?? []).map(({ uid, type = 'Central' }) => refOf(tenantId, type, uid));
  return { by: tokens === undefined ? 'tokenRefs' : 'tokens', refs, groupId: null };
}

/** What the registry does not know has no uid that could be sent. */
async function faultOf(
  { listedTokens, logger }: LocalListParts,
  tenantId: string,
  { by, refs, groupId }: Named,
): Promise<Problem | undefined> {
  try {
    const found = await listedTokens(tenantId, { tokenRefs: refs, groupId, limit: listEntriesMax });
    if (found.length > listEntriesMax) {
      const message = `has more than ${listEntriesMax} tokens, which is more than one list takes`;
      return { status: 422, title: 'The list is too long', violations: [{ path: 'body/fromGroup', message }] };
    }
    const known = new Set(found.map(({ tokenRef }) => tokenRef));
    const violations = refs.flatMap((ref, n) =>
      known.has(ref) ? [] : [{ path: `body/${by}/${n}`, message: 'is not registered' }],
    );
    return violations.length === 0 ? undefined : { status: 422, title: 'Some tokens are not registered', violations };
  } catch (error) {
    logger.warn({ err: error }, 'tokens of a local list not looked up');
    return { status: 503, title: 'The registry cannot be asked for these tokens now' };
  }
}

function noStation(stationId: string): Problem {
  return { status: 404, title: 'No such station', detail: `${stationId} is not registered` };
}

async function viewOf(database: Database, place: StationPlace): Promise<Static<typeof view>> {
  const [told, kept] = await Promise.all([readDetail(database, place, 'localList'), readList(database, place)]);
  return { ...localListView(told), wanted: kept === undefined ? null : wantedView(kept) };
}

function wantedView(kept: KeptList): Static<typeof wanted> {
  return {
    mode: kept.mode,
    tokenRefs: [...kept.tokenRefs],
    fromGroup: kept.groupId,
    revision: kept.revision,
    state: stateOf(kept),
    acknowledgedVersion: kept.acknowledgedVersion,
    entries: kept.acknowledged?.length ?? null,
    update: kept.askedUpdate,
    commandId: kept.commandId,
    outcome: kept.outcome,
    detail: kept.detail,
    updatedAt: isoOf(kept.updatedAtMs),
    updatedBy: kept.updatedBy,
  };
}

/** A refused differential update is followed by the whole list. */
function stateOf({ revision, askedRevision, outcome, askedUpdate }: KeptList): Static<typeof wanted>['state'] {
  if (revision > askedRevision || outcome === null) return 'waiting';
  if (outcome === 'accepted') return 'applied';
  const isFinal =
    outcome === 'notSupported' || (askedUpdate === 'full' && (outcome === 'rejected' || outcome === 'failed'));
  return isFinal ? 'refused' : 'waiting';
}
