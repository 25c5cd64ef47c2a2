// What operators send and get for stations, EVSEs and credentials.
import Type from 'typebox';
import { connectorValue, credentialValue, evseValue, stationValue } from '#contracts/registry';
import { passwordBytes } from '../domain/credential.ts';
import { nullable, strict } from '#kit/http-schemas';
import { resourceOf, versionField } from '#kit/http-versions';

const { connectorId } = connectorValue.properties;
const { evseId } = evseValue.properties;

const connectorInput = Type.Object({ ...Type.Partial(connectorValue).properties, connectorId }, strict);

const evseFields = {
  publicId: Type.Optional(evseValue.properties.publicId),
  label: Type.Optional(evseValue.properties.label),
  connectors: Type.Optional(
    Type.Array(connectorInput, {
      minItems: 1,
      maxItems: 16,
      description: 'One of which nothing is known, if not given',
    }),
  ),
} as const;

/** An EVSE as the body of PUT …/evses/{evseId}. */
export const evseBody = Type.Object({ ...evseFields, ...versionField }, strict);
export const evseInput = Type.Object({ evseId, ...evseFields }, strict);

const acceptsUnauthenticated = Type.Optional(
  Type.Boolean({ description: 'Must be true with securityProfile 0: anybody can then act as the station' }),
);

const stationFields = {
  ...Type.Partial(Type.Omit(stationValue, ['stationId', 'evses'])).properties,
  evses: Type.Optional(Type.Array(evseInput, { maxItems: 100 })),
  acceptsUnauthenticated,
} as const;

export const password = Type.String({
  minLength: passwordBytes.min,
  maxLength: passwordBytes.max,
  description: 'A chosen password; without one a password is generated and shown once',
});
const generated = Type.Boolean({ description: 'The password came from a random source and carries 128 bits or more' });

const { stationId } = stationValue.properties;

export const stationInput = Type.Object(
  {
    stationId,
    ...stationFields,
    password: Type.Optional(nullable(password)),
    generated: Type.Optional(generated),
  },
  { ...strict, description: 'password: null registers the station without any credential' },
);

export const stationPatch = Type.Object({ ...stationFields, ...versionField }, strict);

/** In bulk only passwords that a random source made: a thousand slow hashes would hold everybody up. */
export const stationsInput = Type.Object(
  {
    stations: Type.Array(
      Type.Object(
        {
          stationId,
          ...stationFields,
          credential: Type.Optional(Type.Object({ password, generated: Type.Literal(true) }, strict)),
        },
        strict,
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  strict,
);

/** A row of an import; its password came from a random source. */
export const stationRow = Type.Object({ stationId, ...stationFields, password: Type.Optional(password) }, strict);

export const warnings = Type.Array(Type.String(), { description: 'Valid, but you should know' });

export const station = Type.Object({ ...resourceOf(stationValue).properties, warnings });

export const stationWithPassword = Type.Object({
  ...station.properties,
  password: nullable(Type.String({ description: 'The generated password; it is never shown again' })),
});

export const bulkResult = Type.Object({
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
});

export const credential = credentialValue;

export const credentialInput = Type.Object(
  {
    password: Type.Optional(password),
    generated: Type.Optional(generated),
    graceSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 604_800,
        description: 'How long the passwords before go on working; 0: not at all',
      }),
    ),
  },
  strict,
);

export const credentialWithPassword = Type.Object({
  ...credentialValue.properties,
  password: nullable(Type.String({ description: 'The generated password; it is never shown again' })),
});
