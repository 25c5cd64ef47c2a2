// The shapes that every API of ours has in common: pages, problems, nullable values.
import Type, { type TSchema } from 'typebox';

export const strict = { additionalProperties: false } as const;
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

export const pageLimits = { byDefault: 100, max: 1000 } as const;

/** Query of a paged list. */
export const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.max, default: pageLimits.byDefault })),
  cursor: Type.Optional(Type.String({ maxLength: 1500, description: 'nextCursor of the page before' })),
} as const;

export const nextCursor = nullable(
  Type.String({ description: 'Ask with it for the next page; null: this is the last' }),
);

/** One page of a list. */
export function pageOf<S extends TSchema>(item: S) {
  return Type.Object({ items: Type.Array(item), nextCursor });
}

const problem = Type.Object(
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
export const problems = { '4xx': problem, '5xx': problem } as const;

/** An instant with its zone, RFC 3339. */
export const instantWithZone = (description: string) =>
  Type.String({
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2})$',
    description,
  });
