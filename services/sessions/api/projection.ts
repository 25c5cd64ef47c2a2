// /v1/projections/sessions: how far the sessions fold is, which stations' events wait, and the order to try them again.
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { problem, type Caller, type HttpApi } from '#kit/http';
import type { RunningProjection } from '#kit/projection/runner';
import { nullable, problems, strict } from '#kit/http-schemas';

const tags = ['projections'];

const parkedKey = Type.Object({
  partition: Type.Integer(),
  key: Type.String({ description: 'tenant/station' }),
  firstOffset: Type.Integer({ description: 'Of the event that could not be applied' }),
  reason: Type.String(),
  detail: Type.String(),
});

const status = Type.Object({
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
  parked: Type.Array(parkedKey, { description: 'The first of them' }),
});

const redriven = Type.Object({ unparked: Type.Array(parkedKey), stillParked: Type.Array(parkedKey) });

const parkedShownMax = 100;

export function addProjectionRoutes(api: HttpApi, projection: RunningProjection): void {
  api.get(
    '/v1/projections/sessions',
    { schema: { tags, summary: 'Read how far the sessions fold is', response: { 200: status, ...problems } } },
    async ({ caller }, reply) => {
      if (!isPlatform(caller)) return refused(reply);
      const { name, partitions, parkedKeys } = projection.status();
      const parked = projection.parkedKeys().slice(0, parkedShownMax);
      return reply.send({ name, partitions: [...partitions], parkedKeys, parked });
    },
  );
  api.post(
    '/v1/projections/sessions/redrive',
    {
      schema: {
        tags,
        summary: 'Try the parked stations again, or one of them',
        body: Type.Object({ key: Type.Optional(Type.String({ minLength: 3, maxLength: 300 })) }, strict),
        response: { 200: redriven, ...problems },
      },
    },
    async ({ caller, body }, reply) => {
      if (!isPlatform(caller)) return refused(reply);
      const { unparked, stillParked } = await projection.redrive(body.key);
      return reply.send({ unparked: [...unparked], stillParked: [...stillParked] });
    },
  );
}

function isPlatform({ role }: Caller): boolean {
  return role === 'platform';
}

function refused(reply: FastifyReply): FastifyReply {
  return problem(reply, { status: 403, title: 'Only the platform team may do this' });
}
