// /v1/projections/<name>: where a projection stands, which keys wait, and reading those again; for the platform team.
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { problem, type Caller, type HttpApi } from '#kit/http';
import { nullable, problems, strict } from '#kit/http-schemas';
import type { RunningProjection } from '#kit/projection/runner';

const tags = ['projections'];
const parkedShownMax = 100;

const parkedKey = Type.Object({
  partition: Type.Integer(),
  key: Type.String({ description: 'Key of the records in the topic' }),
  firstOffset: Type.Integer({ description: 'Of the event that could not be applied' }),
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
      stopped: nullable(Type.String({ description: 'Why it does not go on' })),
    }),
  ),
  parkedKeys: Type.Integer(),
  parked: Type.Array(parkedKey, { description: `The first ${parkedShownMax} of the parked keys` }),
});

const redriven = Type.Object({ unparked: Type.Array(parkedKey), stillParked: Type.Array(parkedKey) });

const redriveInput = Type.Object(
  {
    key: Type.Optional(
      Type.String({ minLength: 3, maxLength: 200, description: 'One parked key; all of them without it' }),
    ),
  },
  strict,
);

/** Adds the routes of each projection; callers without the role platform get 403. */
export function addProjectionRoutes(api: HttpApi, projections: readonly RunningProjection[]): void {
  for (const projection of projections) {
    const { name } = projection.status();
    addStatusRoute(api, name, projection);
    addRedriveRoute(api, name, projection);
  }
}

function addStatusRoute(api: HttpApi, name: string, projection: RunningProjection): void {
  const summary = `Where the projection ${name} stands`;
  api.get(
    `/v1/projections/${name}`,
    { schema: { tags, summary, response: { 200: projectionStatus, ...problems } } },
    async ({ caller }, reply) => {
      if (!isPlatform(caller)) return refuse(reply);
      const { partitions, parkedKeys } = projection.status();
      const parked = projection.parkedKeys().slice(0, parkedShownMax);
      return reply.send({ name, partitions: [...partitions], parkedKeys, parked });
    },
  );
}

function addRedriveRoute(api: HttpApi, name: string, projection: RunningProjection): void {
  const summary = `Read the events of parked keys of ${name} again`;
  api.post(
    `/v1/projections/${name}/redrive`,
    { schema: { tags, summary, body: redriveInput, response: { 200: redriven, ...problems } } },
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

function refuse(reply: FastifyReply): FastifyReply {
  return problem(reply, { status: 403, title: 'Only the platform role may do this' });
}
