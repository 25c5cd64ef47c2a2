// What several objects of OCPI 2.2.1 share: texts, times, prices, and how ours become them.
import Type from 'typebox';
import { plugs } from '#contracts/plugs';
import { JsonNumber } from '../json.ts';
import { wireDecimal } from '../../domain/decimal.ts';

export const countryCode = Type.String({ pattern: '^[A-Za-z]{2}$' });
export const partyCode = Type.String({ pattern: '^[A-Za-z0-9]{3}$' });
/** Printable ASCII, compared without case. */
export const ciString = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[\\x20-\\x7e]*$' });
export const text = (maxLength: number) => Type.String({ maxLength });
export const url = Type.String({ minLength: 1, maxLength: 255 });
/** UTC, `Z` or nothing, at most 25 characters. */
export const dateTime = Type.String({
  maxLength: 25,
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?Z?$',
});
export const currency = Type.String({ pattern: '^[A-Z]{3}$' });
export const number = Type.Number();
export const displayText = Type.Object({ language: Type.String({ pattern: '^[a-z]{2}$' }), text: text(512) });
export const price = Type.Object({ excl_vat: number, incl_vat: Type.Optional(number) });
export const cdrToken = Type.Object({
  country_code: countryCode,
  party_id: partyCode,
  uid: ciString(36),
  type: Type.Enum(['AD_HOC_USER', 'APP_USER', 'OTHER', 'RFID']),
  contract_id: ciString(36),
});
export const authMethod = Type.Enum(['AUTH_REQUEST', 'COMMAND', 'WHITELIST']);

const namedLater: ReadonlySet<string> = new Set(['MCS', 'SAE_J3400']);

/** What OCPI 2.2.1 knows of plugs: all but those that 2.3.0 named. */
export const connectorTypes: string[] = plugs.filter((plug) => !namedLater.has(plug));
export const connectorType = Type.Enum(connectorTypes);
export const connectorFormat = Type.Enum(['SOCKET', 'CABLE']);
export const powerType = Type.Enum(['AC_1_PHASE', 'AC_2_PHASE', 'AC_2_PHASE_SPLIT', 'AC_3_PHASE', 'DC']);

/** Stands where OCPI wants a text and nobody knows one: an erased token, a station without a described EVSE. */
export const notAvailable = '#NA';

/** `NL-EMP` as its two parts. */
export function partyParts(partyId: string): { country_code: string; party_id: string } {
  return { country_code: partyId.slice(0, 2), party_id: partyId.slice(3) };
}

export function dateTimeOf(at: number): string {
  return new Date(at).toISOString();
}

export function decimal(value: Parameters<typeof wireDecimal>[0]): JsonNumber {
  return new JsonNumber(wireDecimal(value));
}

/** SAE J3400 is the plug that 2.2.1 calls Tesla's; what it has no word for at all is undefined. */
export function connectorTypeOf(standard: string): string | undefined {
  if (standard === 'SAE_J3400') return 'TESLA_S';
  return connectorTypes.includes(standard) ? standard : undefined;
}

export type TokenNames = {
  readonly uid: string;
  readonly contractId: string | null;
  /** Who issues the token now: the contract is between it and the driver. */
  readonly issuer: string | null;
};

/** @param issuer of then: who issues it now has another contract. @param names undefined: the token was erased. */
export function cdrTokenOf(issuer: string, tokenType: string | null, names: TokenNames | undefined) {
  return {
    ...partyParts(issuer),
    uid: names?.uid ?? notAvailable,
    type: cardTypes.has(tokenType ?? 'Unknown') ? 'RFID' : 'OTHER',
    contract_id: (names?.issuer === issuer ? names.contractId : null) ?? notAvailable,
  };
}

/** 1.6 tells no type and means a card. */
const cardTypes: ReadonlySet<string> = new Set(['ISO14443', 'ISO15693', 'Unknown']);

/** Cards of partners stand in our own list; who was started remotely was started by a command. */
export function authMethodOf(remoteStartId: number | null): 'COMMAND' | 'WHITELIST' {
  return remoteStartId === null ? 'WHITELIST' : 'COMMAND';
}
