// /v1/projections/{stations,commands}: where each stands, which keys wait, and reading those again; for the platform team.
import Type from 'typebox';
import { problem, type Caller, type HttpApi } from '#kit/http';
import type { RunningProjection } from '#kit/projection/runner';
import { nullable, problems, strict } from '#kit/http-schemas';

const tags = ['projections'];
const parkedShownMax = 100;

const parkedKey = Type.Object({
  partition: Type.Integer(),
  key: Type.String(),
  firstOffset: Type.Integer(),
  reason: Type.String(),
  detail: Type.String(),
});

const projectionStatus = Type.Object({
  name: Type.String(),
  partitions: Type.Array(
    Type.Object({
      partition: Type.Integer(),
      nextOffset: Type.Integer(),
      endOffset: Type.Integer(),
      stopped: nullable(Type.String()),
    }),
  ),
  parkedKeys: Type.Integer(),
  parked: Type.Array(parkedKey, { description: `The first ${parkedShownMax} of the parked keys` }),
});

const redriveInput = Type.Object(
  { key: Type.Optional(Type.String({ maxLength: 200, description: 'tenant/station; all parked keys without it' })) },
  strict,
);

export function addProjectionRoutes(api: HttpApi, projections: readonly RunningProjection[]): void {
  for (const projection of projections) addRoutesOf(api, projection);
}

function addRoutesOf(api: HttpApi, projection: RunningProjection): void {
  const { name } = projection.status();
  api.get(
    `/v1/projections/${name}`,
    {
      schema: {
        tags,
        summary: `Where the projection ${name} stands`,
        response: { 200: projectionStatus, ...problems },
      },
    },
    async ({ caller }, reply) => {
      if (!isPlatform(caller)) return refuse(reply);
      const parked = projection.parkedKeys().slice(0, parkedShownMax);
      return reply.send({ ...projection.status(), partitions: [...projection.status().partitions], parked });
    },
  );
  api.post(
    `/v1/projections/${name}/redrive`,
    {
      schema: {
        tags,
        summary: `Read the events of parked keys of ${name} again`,
        body: redriveInput,
        response: {
          200: Type.Object({ unparked: Type.Array(parkedKey), stillParked: Type.Array(parkedKey) }),
          ...problems,
        },
      },
    },
    async ({ caller, body }, reply) => {
      if (!isPlatform(caller)) return refuse(reply);
      const { unparked, stillParked } = await projection.redrive(body.key);
      return reply.send({ unparked: [...unparked], stillParked: [...stillParked] });
    },
  );
}

function isPlatform({ role }: Caller): boolean {
  return role === 'platform';
}

function refuse(reply: Parameters<typeof problem>[0]) {
  return problem(reply, { status: 403, title: 'Only the platform role may do this' });
}
