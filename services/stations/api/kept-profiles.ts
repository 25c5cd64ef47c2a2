// /v1/stations/{id}/profiles/{owner}/{name}: charging profiles that an owner keeps in a station: wanted, delivered, reported.
import Type, { type Static } from 'typebox';
import { chargingProfile } from '#contracts/commands/profile';
import { problem, type HttpApi, type Problem } from '#kit/http';
import { nullable, problems } from '#kit/http-schemas';
import type { Database } from '#kit/postgres';
import {
  listProfiles,
  profilesMax,
  putProfile,
  removeProfiles,
  type KeptProfile,
} from '../charging-profiles/register.ts';
import { readDetail, type StationPlace } from '../detail-reads.ts';
import type { Profile } from '../domain/charging-profiles.ts';
import { levelsPerOwner, ownerNames, ownersFault, profileOwners, type ProfileOwner } from '../domain/profile-owners.ts';
import * as schemas from './detail-schemas.ts';
import { profileView } from './detail-views.ts';
import { isoOf } from './page.ts';
import { instant, stationParams } from './schemas.ts';

export type KeptProfileParts = {
  readonly database: Database;
  isRegistered(tenantId: string, stationId: string): boolean;
  now(): number;
};

const tags = ['charging profiles'];
const owner = Type.Enum([...ownerNames], { description: 'Each has purposes, stack levels and numbers of its own' });
const name = Type.String({ pattern: '^[A-Za-z0-9._-]{1,36}$' });
const ownerParams = Type.Object({ ...stationParams.properties, owner });
const params = Type.Object({ ...ownerParams.properties, name });
const wanted = Type.Omit(chargingProfile, ['profileId', 'stackLevel']);
const input = Type.Object(
  {
    evseId: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Without it the whole station' })),
    level: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: levelsPerOwner - 1,
        description: 'Among those of its owner, above which the next owner begins; by default 0',
      }),
    ),
    profile: wanted,
  },
  { additionalProperties: false },
);
const outcome = nullable(Type.String({ description: 'Of the last command about it; null: none, or it is open' }));
const kept = Type.Object({
  owner,
  name,
  profileId: Type.Integer({ description: 'As the station knows it' }),
  evseId: Type.Integer({ description: '0: the station itself' }),
  stackLevel: Type.Integer(),
  profile: Type.Unknown({ description: 'As it was put' }),
  version: Type.Integer(),
  state: Type.Enum(['waiting', 'applied', 'refused', 'removing'], {
    description: 'waiting: the station has yet to answer; refused: it did not take it; see outcome and detail',
  }),
  commandId: nullable(Type.String()),
  outcome,
  detail: nullable(Type.String()),
  updatedAt: instant,
  updatedBy: Type.String(),
  reported: Type.Union([schemas.chargingProfile, Type.Null()], { description: 'What the station has by that number' }),
});
const listed = schemas.listOf(kept);

export function addKeptProfileRoutes(api: HttpApi, parts: KeptProfileParts): void {
  addReading(api, parts);
  addPutting(api, parts);
  addRemoving(api, parts);
}

function addReading(api: HttpApi, { database }: KeptProfileParts): void {
  api.get(
    '/v1/stations/:stationId/profiles',
    {
      schema: {
        tags,
        summary: 'List the charging profiles that owners keep in a station',
        params: stationParams,
        response: { 200: listed, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }) => viewsOf(database, { tenantId, stationId }),
  );
  api.get(
    '/v1/stations/:stationId/profiles/:owner/:name',
    { schema: { tags, summary: 'Read a kept charging profile', params, response: { 200: kept, ...problems } } },
    async ({ caller: { tenantId }, params: place }, reply) => {
      const { items } = await viewsOf(database, { tenantId, ...place });
      const [item] = items;
      return item === undefined ? problem(reply, noProfile(place)) : reply.send(item);
    },
  );
}

function addPutting(api: HttpApi, { database, isRegistered, now }: KeptProfileParts): void {
  api.put(
    '/v1/stations/:stationId/profiles/:owner/:name',
    {
      schema: {
        tags,
        summary: 'Keep a charging profile in a station, now and after each boot; putting it again changes nothing',
        params,
        body: input,
        response: { 200: kept, ...problems },
      },
    },
    async ({ caller: { tenantId, actor, role }, params: place, body }, reply) => {
      if (role === 'viewer') return problem(reply, noViewer);
      const { stationId } = place;
      if (!isRegistered(tenantId, stationId)) return problem(reply, noStation(stationId));
      const { evseId = 0, level = 0, profile } = body;
      const fault = ownersFault(place.owner, profile, evseId);
      if (fault !== undefined)
        return problem(reply, { status: 400, title: 'The request is not valid', violations: [fault] });
      const stackLevel = profileOwners[place.owner].levelFrom + level;
      const change = { evseId, profile: { ...profile, stackLevel }, by: actor, atMs: now() };
      const put = await putProfile(database, { tenantId, ...place }, change);
      if (put.kind !== 'kept') return problem(reply, refusals[put.kind]);
      const reported = await reportedOf(database, { tenantId, stationId });
      return reply.send(viewOf(put.profile, reported));
    },
  );
}

const refusals: Readonly<Record<'place-taken' | 'too-many', Problem>> = {
  'place-taken': {
    status: 409,
    title: 'Another profile of this owner has that place',
    detail: 'A station keeps one profile per EVSE, purpose and stack level: take another level, or change that one.',
  },
  'too-many': { status: 409, title: `A station keeps at most ${profilesMax} profiles` },
};

function addRemoving(api: HttpApi, { database, now }: KeptProfileParts): void {
  const remove = async (
    { tenantId, actor }: { readonly tenantId: string; readonly actor: string },
    place: { readonly stationId: string; readonly owner: ProfileOwner; readonly name?: string },
  ) => {
    const removed = await removeProfiles(database, { tenantId, ...place }, { by: actor, atMs: now() });
    const reported = await reportedOf(database, { tenantId, stationId: place.stationId });
    return { items: removed.map((each) => viewOf(each, reported)) };
  };
  api.delete(
    '/v1/stations/:stationId/profiles/:owner',
    {
      schema: {
        tags,
        summary: "Clear an owner's charging profiles in a station, and nobody else's",
        params: ownerParams,
        response: { 202: listed, ...problems },
      },
    },
    async ({ caller, params: place }, reply) =>
      caller.role === 'viewer' ? problem(reply, noViewer) : reply.code(202).send(await remove(caller, place)),
  );
  api.delete(
    '/v1/stations/:stationId/profiles/:owner/:name',
    {
      schema: {
        tags,
        summary: 'Clear a charging profile in a station; it is gone once the station has answered',
        params,
        response: { 202: kept, ...problems },
      },
    },
    async ({ caller, params: place }, reply) => {
      if (caller.role === 'viewer') return problem(reply, noViewer);
      const [item] = (await remove(caller, place)).items;
      return item === undefined ? problem(reply, noProfile(place)) : reply.code(202).send(item);
    },
  );
}

const noViewer: Problem = { status: 403, title: 'A viewer may not change what stations hold' };

function noStation(stationId: string): Problem {
  return { status: 404, title: 'No such station', detail: `${stationId} is not registered` };
}

function noProfile({ owner: whose, name: which }: { readonly owner: string; readonly name: string }): Problem {
  return { status: 404, title: 'No such charging profile', detail: `${whose}/${which}` };
}

async function viewsOf(database: Database, place: StationPlace & { owner?: ProfileOwner; name?: string }) {
  const [all, reported] = await Promise.all([listProfiles(database, place), reportedOf(database, place)]);
  return { items: all.map((each) => viewOf(each, reported)) };
}

async function reportedOf(database: Database, place: StationPlace): Promise<readonly Profile[]> {
  return (await readDetail(database, place, 'chargingProfiles'))?.entries ?? [];
}

function viewOf(row: KeptProfile, reported: readonly Profile[]): Static<typeof kept> {
  const { profileId, stackLevel, ...profile } = row.profile;
  const found = reported.find((each) => each.profileId === row.profileId);
  return {
    owner: row.owner,
    name: row.name,
    profileId,
    evseId: row.evseId,
    stackLevel,
    profile,
    version: row.version,
    state: stateOf(row),
    commandId: row.commandId,
    outcome: row.outcome,
    detail: row.detail,
    updatedAt: isoOf(row.updatedAtMs),
    updatedBy: row.updatedBy,
    reported: found === undefined ? null : profileView(found),
  };
}

function stateOf({ removed, version, askedVersion, outcome }: KeptProfile): Static<typeof kept>['state'] {
  if (removed) return 'removing';
  if (version > askedVersion || outcome === null) return 'waiting';
  if (outcome === 'accepted') return 'applied';
  return outcome === 'rejected' || outcome === 'notSupported' || outcome === 'failed' ? 'refused' : 'waiting';
}
