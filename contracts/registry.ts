// What operators write: the shapes of the registry's values, as its API answers them and as RegistryChanged carries them.
import Type, { type Static, type TSchema } from 'typebox';
import { plugs } from './plugs.ts';
import { tokenStatuses, tokenTypes, whitelists } from './token-words.ts';
import { bootPolicies, configuration, ownConfiguration, subprotocolsOffered, traitOverrides } from './treatment.ts';

const strict = { additionalProperties: false } as const;
const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** Tenants, as they stand in URLs and keys. */
export const tenantIdPattern = '^[a-z0-9-]{1,32}$';
/** OCPP 2.x identifierString without the colon (it separates name and password in HTTP Basic), at most 48; never a dot segment. */
export const stationIdPattern = '^(?!\\.{1,2}$)[A-Za-z0-9*\\-_=+|@.]{1,48}$';
/** Ids that operators choose: of locations and the like. */
export const plainIdPattern = '^[A-Za-z0-9_-]{1,36}$';
/** Country and code of an OCPI party. */
export const partyIdPattern = '^[A-Z]{2}-[A-Z0-9]{3}$';
export const tokenRefPattern = '^[0-9a-f]{32}$';

export const stationId = Type.String({
  pattern: stationIdPattern,
  description: 'Identity as the station uses it in its OCPP URL',
});
export const locationId = Type.String({ pattern: plainIdPattern });
export const tokenRef = Type.String({ pattern: tokenRefPattern, description: 'Pseudonym of the token' });
const name = Type.String({ minLength: 1, maxLength: 255 });
const instant = Type.String({ description: 'ISO 8601, UTC' });

export const tenantValue = Type.Object(
  {
    tenantId: Type.String({ pattern: tenantIdPattern }),
    name,
    organisation: nullable(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'What the O of a station’s client certificate must be (security profile 3); null: not checked',
      }),
    ),
    unknownStations: Type.Enum(['refuse', 'hold'], {
      description: 'What becomes of a station that nobody registered; hold: it waits for approval',
    }),
    tokensUnavailable: Type.Enum(['refuse', 'accept'], {
      description: 'What a driver gets whose partner cannot be asked in time',
    }),
    freeVending: Type.Boolean({
      description:
        'Every token may charge, known or not. What starts without one (a button: 2.x NoAuthorization) always may: whether a station has one is its own configuration',
    }),
    autocharge: Type.Boolean({
      description: 'Vehicles that are recognised by their MAC address are judged like cards',
    }),
    framesRecorded: Type.Boolean({ description: 'Exchanges with stations are kept for some days' }),
    costsShown: Type.Boolean({
      description:
        'Stations of OCPP 2.x are told what a transaction costs (totalCost), while it runs and as it ends, to show it to the driver',
    }),
    bootPolicy: Type.Enum(['accept', 'pending', 'reject'], {
      description: 'Of stations that are registered without one, and whose template has none',
    }),
  },
  strict,
);

export const partyValue = Type.Object(
  {
    partyId: Type.String({ pattern: partyIdPattern, description: 'OCPI country code and party code, as in DE-CSM' }),
    name,
  },
  strict,
);

export const coordinates = Type.Object(
  {
    latitude: Type.String({ pattern: '^-?[0-9]{1,2}\\.[0-9]{5,7}$', description: 'Decimal degrees as text' }),
    longitude: Type.String({ pattern: '^-?[0-9]{1,3}\\.[0-9]{5,7}$', description: 'Decimal degrees as text' }),
  },
  strict,
);

export const locationValue = Type.Object(
  {
    locationId,
    partyId: Type.String({ pattern: partyIdPattern }),
    name,
    country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
    timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA time zone, as in Europe/Berlin' }),
    address: nullable(Type.String({ maxLength: 255 })),
    city: nullable(Type.String({ maxLength: 255 })),
    postalCode: nullable(Type.String({ maxLength: 20 })),
    coordinates: nullable(coordinates),
  },
  strict,
);

export const connectorValue = Type.Object(
  {
    connectorId: Type.Integer({ minimum: 1, maximum: 100 }),
    standard: nullable(Type.Enum([...plugs], { description: 'Plug, by OCPI name' })),
    format: nullable(Type.Enum(['SOCKET', 'CABLE'])),
    powerType: nullable(Type.Enum(['AC_1_PHASE', 'AC_2_PHASE', 'AC_2_PHASE_SPLIT', 'AC_3_PHASE', 'DC'])),
    maxVoltage: nullable(Type.Integer({ minimum: 0, maximum: 10_000 })),
    maxAmperage: nullable(Type.Integer({ minimum: 0, maximum: 10_000 })),
    maxPowerWatts: nullable(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
    reportedConnectorId: nullable(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'The connector number by which a 1.6 station reports it',
      }),
    ),
  },
  strict,
);

export const evseValue = Type.Object(
  {
    evseId: Type.Integer({ minimum: 1, maximum: 1000, description: 'EVSE number within the station' }),
    publicId: nullable(
      Type.String({
        pattern: '^[A-Z0-9*]{7,48}$',
        description: 'eMI3 EVSE id, as in DE*CSM*E0001; unique in the tenant',
      }),
    ),
    label: nullable(Type.String({ maxLength: 32, description: 'What stands on the housing' })),
    connectors: Type.Array(connectorValue, { minItems: 1, maxItems: 16 }),
  },
  strict,
);

/** What stations of a kind have in common. Its first fields are the station's own from its registration on, its configuration is live. */
export const templateValue = Type.Object(
  {
    templateId: Type.String({ pattern: plainIdPattern }),
    vendor: nullable(Type.String({ minLength: 1, maxLength: 50, description: 'Whose stations it is for; null: any' })),
    model: nullable(Type.String({ minLength: 1, maxLength: 50 })),
    firmwarePrefix: nullable(Type.String({ minLength: 1, maxLength: 50, description: 'Versions that begin with it' })),
    heartbeatSeconds: nullable(Type.Integer({ minimum: 10, maximum: 86_400 })),
    bootPolicy: nullable(Type.Enum([...bootPolicies])),
    defaultSubprotocol: nullable(Type.Enum([...subprotocolsOffered])),
    acceptsWithoutBoot: nullable(Type.Boolean()),
    evses: nullable(Type.Array(evseValue, { maxItems: 100 })),
    traits: nullable(traitOverrides),
    configuration,
  },
  strict,
);

export const stationValue = Type.Object(
  {
    stationId,
    locationId: nullable(locationId),
    vendor: nullable(Type.String({ maxLength: 50 })),
    model: nullable(Type.String({ maxLength: 50 })),
    enabled: Type.Boolean({ description: 'A station that is not enabled is refused at its upgrade' }),
    securityProfile: Type.Integer({
      minimum: 0,
      maximum: 3,
      description: 'OCPP security profile; 0 has no authentication at all',
    }),
    heartbeatSeconds: Type.Integer({ minimum: 10, maximum: 86_400 }),
    bootPolicy: Type.Enum(['accept', 'pending', 'reject'], { description: 'Answer to a BootNotification' }),
    defaultSubprotocol: nullable(
      Type.Enum(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'], { description: 'For old firmware that offers no subprotocol' }),
    ),
    evses: Type.Array(evseValue, { maxItems: 100 }),
    serialNumber: nullable(
      Type.String({ minLength: 1, maxLength: 64, description: 'What the CN of its client certificate must be' }),
    ),
    framesRecorded: Type.Boolean({ description: 'Its exchanges are kept for some days, where the tenant wants that' }),
    allowsProfileDowngrade: Type.Boolean({
      description: 'It may go from security profile 3 to 2 (OCPP 2.1, A05.FR.08)',
    }),
    acceptsWithoutBoot: Type.Boolean({ description: 'It never sends BootNotification, and works all the same' }),
    costsShown: nullable(
      Type.Boolean({ description: 'It is told what a transaction costs (OCPP 2.x); null: as its tenant wants' }),
    ),
    templateId: nullable(
      Type.String({ pattern: plainIdPattern, description: 'null: the template that fits its vendor and model' }),
    ),
    traits: nullable(traitOverrides),
    configuration: ownConfiguration,
  },
  strict,
);

/** A token as everybody may know it: no uid, no name. */
export const tokenValue = Type.Object(
  {
    tokenRef,
    type: Type.Enum([...tokenTypes]),
    status: Type.Enum([...tokenStatuses]),
    expiresAt: nullable(instant),
    groupRef: nullable(tokenRef),
    locationIds: Type.Array(locationId, { maxItems: 100, description: 'Where it may charge; empty: everywhere' }),
    issuer: nullable(
      Type.String({ pattern: partyIdPattern, description: 'OCPI party that issued it, as in NL-EMP; null: our own' }),
    ),
    concurrentSessionsMax: nullable(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'Sessions at the same time; null: any number' }),
    ),
    whitelist: Type.Enum([...whitelists], {
      description: 'Whether a partner’s token may be judged without asking the partner, by OCPI’s words',
    }),
    language: nullable(
      Type.String({
        pattern: '^[A-Za-z0-9-]{2,8}$',
        description: 'In which a station shall speak to its driver (RFC 5646)',
      }),
    ),
    chargingPriority: nullable(
      Type.Integer({
        minimum: -9,
        maximum: 9,
        description: 'From -9 to 9, as OCPP 2.x has it; null: the station’s default',
      }),
    ),
  },
  strict,
);

export const credentialValue = Type.Object(
  {
    credentialId: Type.String(),
    stationId,
    scheme: Type.Enum(['hmac-sha256', 'scrypt'], { description: 'generated passwords; chosen ones' }),
    validFrom: instant,
    validUntil: nullable(instant),
  },
  strict,
);

/** Where a partner's servers are: a host name, with a port where it is not 443. */
export const partnerHostPattern = '^[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$';
const partyId = Type.String({ pattern: partyIdPattern });

/** An OCPI partner as operators registered it; tokens and URLs that hold secrets stay in the ocpi service. */
export const partnerValue = Type.Object(
  {
    partnerId: Type.String({ pattern: plainIdPattern }),
    name,
    parties: Type.Array(partyId, { minItems: 1, maxItems: 20, description: 'Who they are, as in NL-EMP' }),
    ourParties: Type.Array(partyId, { minItems: 1, maxItems: 20, description: 'Which of our parties face them' }),
    hosts: Type.Array(Type.String({ pattern: partnerHostPattern }), {
      minItems: 1,
      maxItems: 10,
      description: 'Hosts that their URLs may name, learnt out of band',
    }),
    acceptsRawToken: Type.Boolean({ description: 'They send their token as it is, not in base64' }),
    blocked: Type.Boolean(),
    state: Type.Enum(['unregistered', 'registered'], { description: 'Whether credentials were exchanged' }),
  },
  strict,
);

export const roles = ['platform', 'operator', 'viewer'] as const;

export const keyValue = Type.Object(
  {
    keyId: Type.String(),
    role: Type.Enum([...roles], {
      description: 'viewer reads; operator also changes and commands; platform also manages tenants and keys',
    }),
    label: Type.String({ maxLength: 100 }),
    revokedAt: nullable(instant),
  },
  strict,
);

/** The values of `RegistryChanged.currentJson`, by its `kind`. EVSEs are part of their station's value. */
export const registryValues = {
  tenant: tenantValue,
  party: partyValue,
  location: locationValue,
  station: stationValue,
  template: templateValue,
  token: tokenValue,
  credential: credentialValue,
  key: keyValue,
  partner: partnerValue,
} as const;

export type RegistryKind = keyof typeof registryValues;
export type RegistryValue<K extends RegistryKind> = Static<(typeof registryValues)[K]>;

export type TenantValue = RegistryValue<'tenant'>;
export type PartyValue = RegistryValue<'party'>;
export type LocationValue = RegistryValue<'location'>;
export type StationValue = RegistryValue<'station'>;
export type TemplateValue = RegistryValue<'template'>;
export type EvseValue = Static<typeof evseValue>;
export type ConnectorValue = Static<typeof connectorValue>;
export type TokenValue = RegistryValue<'token'>;
export type CredentialValue = RegistryValue<'credential'>;
export type PartnerValue = RegistryValue<'partner'>;
export type KeyValue = RegistryValue<'key'>;

/** Where a token may be asked about by its plain uid, before it has a ref. */
export const tokenUid = Type.String({ minLength: 1, maxLength: 36, pattern: '^[\\x20-\\x7e]*\\S[\\x20-\\x7e]*$' });
