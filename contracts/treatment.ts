// How stations are treated: what they shall be configured to, how their sockets are, what their boot is answered.
import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false } as const;

/** Variables that one station or template wants set; each is written, read back and watched. */
export const wantedVariablesMax = 100;

/** A 2.x variable or 1.6 configuration key with the value that it shall have; the names as in WriteConfiguration. */
export const wantedVariable = Type.Object(
  {
    component: Type.Optional(Type.String({ minLength: 1, maxLength: 50, description: '2.x; 1.6 ignores it' })),
    componentInstance: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    evseId: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    connectorId: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    variable: Type.String({ minLength: 1, maxLength: 50, description: '2.x variable or 1.6 configuration key' }),
    variableInstance: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    value: Type.String({ maxLength: 2500 }),
  },
  strict,
);
/** How a station wants to be treated where that differs from what gateways know of its model; what is absent is as its model. */
export const traitOverrides = Type.Object(
  {
    pings: Type.Optional(Type.Boolean({ description: 'It stands WebSocket pings' })),
    closesWithoutFrame: Type.Optional(Type.Boolean({ description: 'It comes back only where its socket is cut' })),
    callsBeforeBoot: Type.Optional(Type.Boolean({ description: 'It may be called before its boot was answered' })),
    measurandsMax: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'In one list; more corrupt its configuration' }),
    ),
  },
  strict,
);

/** All that a station or template wants set. */
export const configuration = Type.Array(wantedVariable, { maxItems: wantedVariablesMax });

/** The same of one station, beside and before its template's. */
export const ownConfiguration = Type.Array(wantedVariable, {
  maxItems: wantedVariablesMax,
  description: "What it shall be configured as, beside and before its template's",
});

export type WantedVariable = Static<typeof wantedVariable>;

/** Answers to a BootNotification. */
export const bootPolicies = ['accept', 'pending', 'reject'] as const;
/** What gateways speak. */
export const subprotocolsOffered = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const;
