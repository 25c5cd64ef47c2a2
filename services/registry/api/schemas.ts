// What the routes of the registry have in common: audit fields, pages, problems, and which version a change was made from.
import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox';

export const strict = { additionalProperties: false } as const;
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

export const auditFields = {
  version: Type.Integer({ description: 'Grows with each change, and is never used again' }),
  createdAt: Type.String(),
  createdBy: Type.String({ description: 'Id of the key that made it' }),
  updatedAt: Type.String(),
  updatedBy: Type.String(),
} as const;

/** A value as the API answers it, with who changed it last, and when. */
export function resourceOf<P extends TProperties>(value: TObject<P>) {
  return Type.Object({ ...value.properties, ...auditFields });
}

export const pageLimits = { byDefault: 100, max: 1000 } as const;

export const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.max, default: pageLimits.byDefault })),
  cursor: Type.Optional(Type.String({ maxLength: 500, description: 'nextCursor of the page before' })),
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

export const nothing = Type.Null({ description: 'Done' });

/** A change may say which version it was made from: by header (412 when stale) or in the body (409). */
export const ifMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ pattern: '^"[0-9]+"$' })) });
export const versionField = {
  version: Type.Optional(Type.Integer({ minimum: 1, description: 'The version this change was made from' })),
} as const;

export type Expected = { readonly header: number | undefined; readonly body: number | undefined };

export function expectedOf(headers: Static<typeof ifMatch>, body?: { readonly version?: number }): Expected {
  const tag = headers['if-match'];
  return { header: tag === undefined ? undefined : Number(tag.slice(1, -1)), body: body?.version };
}
