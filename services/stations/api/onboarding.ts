// /v1/stations/{id}/onboarding and /…/configuration-drift: how far a pending station's configuration has come, and what differs.
import Type from 'typebox';
import { wantedVariable } from '#contracts/treatment';
import { problem, type HttpApi } from '#kit/http';
import { nullable, pageOf, paging, problems, strict } from '#kit/http-schemas';
import type { Database } from '#kit/postgres';
import { driftOfPage, driftOfStation, type Drift } from '../onboarding/drift.ts';
import { readOnboarding } from '../onboarding/register.ts';
import type { WantedSource } from '../onboarding/wanted.ts';
import { beginOf, isoOf, limitOf, pageOfRows, refuseCursor } from './page.ts';
import { instant, stationParams } from './schemas.ts';

const tags = ['onboarding'];

const onboarding = Type.Object({
  stationId: Type.String(),
  phase: Type.Enum(['none', 'configuring', 'rebooting', 'comparing', 'accepted', 'failed'], {
    description: 'none: nothing was begun. failed: begun again at nextAttemptAt',
  }),
  startedAt: nullable(instant),
  nextAttemptAt: nullable(instant),
  detail: nullable(Type.String({ description: 'What the station refused, or what it is instead' })),
});

const compared = Type.Object({
  ...wantedVariable.properties,
  state: Type.Enum(['same', 'different', 'unknown'], { description: 'unknown: it was never reported' }),
  actual: nullable(Type.String()),
  reportedAt: nullable(instant),
});
const drift = Type.Object({
  stationId: Type.String(),
  templateId: nullable(Type.String()),
  state: Type.Enum(['same', 'different', 'unknown'], {
    description: 'different where any variable is, else unknown where any is',
  }),
  variables: Type.Array(compared),
});

export type OnboardingApiParts = {
  readonly database: Database;
  readonly registry: WantedSource;
  isRegistered(tenantId: string, stationId: string): boolean;
};

export function addOnboardingRoutes(api: HttpApi, parts: OnboardingApiParts): void {
  addOnboarding(api, parts);
  addDrift(api, parts);
}

function addOnboarding(api: HttpApi, parts: OnboardingApiParts): void {
  api.get(
    '/v1/stations/:stationId/onboarding',
    {
      schema: {
        tags,
        summary: "How far a pending station's configuration has come",
        params: stationParams,
        response: { 200: onboarding, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }, reply) => {
      if (!parts.isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      const row = await readOnboarding(parts.database, { tenantId, stationId });
      const nothing = { phase: 'none', startedAt: null, nextAttemptAt: null, detail: null } as const;
      if (row === undefined) return reply.send({ stationId, ...nothing });
      const { phase, startedAtMs, sinceMs, detail } = row;
      const nextAttemptAt = phase === 'failed' ? isoOf(sinceMs) : null;
      return reply.send({ stationId, phase, startedAt: isoOf(startedAtMs), nextAttemptAt, detail });
    },
  );
}

function addDrift(api: HttpApi, parts: OnboardingApiParts): void {
  api.get(
    '/v1/stations/:stationId/configuration-drift',
    {
      schema: {
        tags,
        summary: 'What a station shall be configured as, against what it reported',
        params: stationParams,
        response: { 200: drift, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }, reply) => {
      if (!parts.isRegistered(tenantId, stationId)) return noStation(reply, stationId);
      return reply.send(shown(await driftOfStation(parts, tenantId, stationId)));
    },
  );
  const filters = Type.Object({ ...paging, state: Type.Optional(Type.Enum(['same', 'different', 'unknown'])) }, strict);
  api.get(
    '/v1/configuration-drift',
    {
      schema: {
        tags,
        summary: 'List stations that ever connected and shall be configured; a page may hold fewer than its limit',
        querystring: filters,
        response: { 200: pageOf(drift), ...problems },
      },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const begin = beginOf(query, ['']);
      if (begin === undefined) return refuseCursor(reply);
      const limit = limitOf(query);
      const rows = await driftOfPage(parts, tenantId, { after: String(begin?.[0] ?? ''), limit });
      const page = pageOfRows(rows, limit, { sortKey: ({ stationId }) => [stationId], present: shown });
      const items = page.items.filter(
        ({ state, variables }) => variables.length > 0 && (query.state === undefined || state === query.state),
      );
      return reply.send({ ...page, items });
    },
  );
}

function shown({ stationId, templateId, variables }: Drift) {
  return {
    stationId,
    templateId,
    state: stateOf(variables),
    variables: variables.map(({ wanted, state: stateOfOne, actual, reportedAtMs }) => ({
      ...wanted,
      state: stateOfOne,
      actual,
      reportedAt: isoOf(reportedAtMs),
    })),
  };
}

function stateOf(variables: Drift['variables']): 'same' | 'different' | 'unknown' {
  if (variables.some(({ state }) => state === 'different')) return 'different';
  return variables.some(({ state }) => state === 'unknown') ? 'unknown' : 'same';
}

function noStation(reply: Parameters<typeof problem>[0], stationId: string) {
  return problem(reply, { status: 404, title: 'No such station', detail: `${stationId} is not registered` });
}
