// What the routes of this service have in common: pages, problems, ids and times.
import Type, { type TSchema } from 'typebox';
import { stationIdPattern } from '#contracts/registry';

export const strict = { additionalProperties: false } as const;
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
export const instant = Type.String({ description: 'ISO 8601, UTC' });

export const pageLimits = { byDefault: 100, max: 1000 } as const;

export const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.max, default: pageLimits.byDefault })),
  cursor: Type.Optional(Type.String({ maxLength: 1500, description: 'nextCursor of the page before' })),
} as const;

export function pageOf<S extends TSchema>(item: S) {
  return Type.Object({
    items: Type.Array(item),
    nextCursor: nullable(Type.String({ description: 'Ask with it for the next page; null: this is the last' })),
  });
}

export const problemSchema = Type.Object(
  {
    type: Type.String(),
    status: Type.Integer(),
    title: Type.String(),
    detail: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    violations: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { description: 'RFC 9457 problem; each violation names its path' },
);

/** What any route may answer instead. */
export const problems = { '4xx': problemSchema, '5xx': problemSchema } as const;

export const stationParams = Type.Object({ stationId: Type.String({ pattern: stationIdPattern }) });
