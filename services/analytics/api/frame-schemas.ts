// The shapes of frames as the API shows them.
import Type, { type Static } from 'typebox';
import { stationId } from '#contracts/registry';
import { instantWithZone, nextCursor, nullable, paging, strict } from '#kit/http-schemas';
import { frameDirections } from '../queries/frames.ts';

/** A frame may be 16 KiB each way, so a page is shorter than others. */
export const frameLimits = { byDefault: 50, max: 200 } as const;

export const frameValue = Type.Object({
  at: Type.String({ description: 'When the request came, or went; our clock' }),
  direction: Type.Enum([...frameDirections], { description: 'Who sent the request' }),
  action: nullable(Type.String({ description: 'null: none could be read' })),
  messageId: nullable(Type.String()),
  outcome: Type.String({
    description: 'answered, or why not: repeated, timeout, closed, a kind of error, what is wrong with the frame …',
  }),
  errorCode: nullable(Type.String({ description: 'Of the CALLERROR that answered it' })),
  latencyMs: nullable(Type.Integer({ description: 'Until the answer was written, or came; null: none did' })),
  request: Type.String({ description: 'As it stood on the wire; secrets and cards redacted' }),
  requestCharsCut: Type.Integer({ description: 'Characters that are not kept' }),
  answer: nullable(Type.String()),
  answerCharsCut: Type.Integer(),
  quirks: Type.Array(Type.String(), { description: 'Repairs that its payload needed' }),
  ocppVersion: Type.String(),
  connectionEpoch: nullable(Type.Integer()),
  gatewayId: Type.String(),
  seq: Type.Integer({ description: 'Counts the exchanges of its gateway; a gap is what was shed' }),
});
export type FrameValue = Static<typeof frameValue>;

export const framePage = Type.Object({ items: Type.Array(frameValue), nextCursor });

export const framesQuery = Type.Object(
  {
    stationId,
    from: instantWithZone('At or after; frames are kept for three days'),
    to: instantWithZone('Before; at most 31 days later'),
    action: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    direction: Type.Optional(Type.Enum([...frameDirections])),
    outcome: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    ...paging,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: frameLimits.max, default: frameLimits.byDefault })),
  },
  strict,
);
