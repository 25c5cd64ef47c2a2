// Versions and credentials of OCPI 2.2.1 (6, 7): what we say, and what we take from a partner. Bounded, since it comes from outside.
import Type, { type Static } from 'typebox';
import { countryCode, partyCode, text, url } from './parts.ts';

/** Printable ASCII without white space. */
export const token = Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\x21-\\x7e]+$' });

export const credentialsRole = Type.Object({
  role: Type.Enum(['CPO', 'EMSP', 'HUB', 'NAP', 'NSP', 'OTHER', 'SCSP']),
  business_details: Type.Object({ name: text(100), website: Type.Optional(Type.String({ maxLength: 255 })) }),
  party_id: partyCode,
  country_code: countryCode,
});

export const credentials = Type.Object({
  token,
  url,
  roles: Type.Array(credentialsRole, { minItems: 1, maxItems: 100 }),
});

export const versions = Type.Array(Type.Object({ version: text(20), url }), { minItems: 1, maxItems: 50 });

export const endpoint = Type.Object({
  identifier: text(64),
  /** Meaningless on credentials, so it may be missing there. */
  role: Type.Optional(Type.Enum(['SENDER', 'RECEIVER'])),
  url,
});

export const versionDetails = Type.Object({
  version: text(20),
  endpoints: Type.Array(endpoint, { minItems: 1, maxItems: 200 }),
});

export type Credentials = Static<typeof credentials>;
export type Endpoint = Static<typeof endpoint>;

export const versionNumber = '2.2.1';

/** `nl`, `emp` as NL-EMP: party ids know no case. */
export function partyIdOf(role: { readonly country_code: string; readonly party_id: string }): string {
  return `${role.country_code}-${role.party_id}`.toUpperCase();
}
