// GET /v1/live: what happens now, as server-sent events, for the tenant of the key.
import Type from 'typebox';
import { stationIdPattern } from '#contracts/registry';
import { commandTypes, eventTypes, sessionTypes } from '#contracts/topics';
import { problem, type HttpApi } from '#kit/http';
import { keyOf } from './admission.ts';
import type { Keys } from './keys.ts';
import type { Live } from './live.ts';

const types: readonly string[] = [...eventTypes, ...commandTypes, ...sessionTypes];
const query = Type.Object(
  {
    stationId: Type.Optional(Type.String({ pattern: stationIdPattern })),
    type: Type.Optional(
      Type.String({
        maxLength: 1_000,
        description: `One or several, with commas: ${types.join(', ')}`,
        examples: ['SessionStarted,SessionEnded'],
      }),
    ),
  },
  { additionalProperties: false },
);
/** Without the last a proxy in front would collect events before it passes them on. */
const streamHeaders = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
const summary = 'Watch events, commands and sessions as they happen (server-sent events)';
const description =
  'Each event is one JSON object { type, stationId, at, … } with its place in the log as id. Begins now; a client that reads too slowly is cut.';

export function addLiveRoute(api: HttpApi, live: Live, keys: Keys): void {
  const response = { 200: { description, content: { 'text/event-stream': { schema: Type.String() } } } };
  api.get('/v1/live', { schema: { tags: ['live'], summary, querystring: query, response } }, async (request, reply) => {
    const wanted = request.query.type?.split(',').map((type) => type.trim());
    const unknown = wanted?.find((type) => !types.includes(type));
    if (unknown !== undefined) {
      const violations = [{ path: 'querystring/type', message: `there is no type ${unknown}` }];
      return problem(reply, { status: 400, title: 'The request is not valid', violations });
    }
    if (live.isFull)
      return problem(reply.header('retry-after', '30'), { status: 503, title: 'Too many clients watch already' });
    const filter = {
      tenantId: request.caller.tenantId,
      stationId: request.query.stationId,
      types: wanted === undefined ? undefined : new Set(wanted),
    };
    const key = keyOf(request) ?? '';
    const stillMay = async (): Promise<boolean> => (await keys.resolve(key)) !== undefined;
    await live.serve({ filter, response: reply.raw, stillMay }, () => {
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      reply.raw.writeHead(200, streamHeaders);
      reply.raw.write(': you watch from here on\n\n');
    });
    return reply;
  });
}
