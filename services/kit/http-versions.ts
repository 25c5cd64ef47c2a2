// What APIs over rows with versions have in common: audit fields, and which version a change was made from.
import Type, { type Static, type TObject, type TProperties } from 'typebox';

const auditFields = {
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

/** The answer of a removal: 204. */
export const nothing = Type.Null({ description: 'Done' });

/** A change may say which version it was made from: by header (412 when stale) or in the body (409). */
export const ifMatch = Type.Object({ 'if-match': Type.Optional(Type.String({ pattern: '^"[0-9]+"$' })) });
export const versionField = {
  version: Type.Optional(Type.Integer({ minimum: 1, description: 'The version this change was made from' })),
} as const;

/** Which version a change was made from, where the caller said it: by header (stale: 412) or in the body (stale: 409). */
export type Expected = { readonly header: number | undefined; readonly body: number | undefined };

/** What a change expects, of its header and its body. */
export function expectedOf(headers: Static<typeof ifMatch>, body?: { readonly version?: number }): Expected {
  const tag = headers['if-match'];
  return { header: tag === undefined ? undefined : Number(tag.slice(1, -1)), body: body?.version };
}
