// Intents about a station's configuration, reports of its device model, its network.
import Type, { type Static } from 'typebox';
import { componentName, connectorId, daySeconds, evseId, fields, intent } from './parts.ts';

const variableName = {
  component: Type.Optional(Type.String({ maxLength: 50, description: '2.x component; ignored by 1.6' })),
  componentInstance: Type.Optional(Type.String({ maxLength: 50 })),
  evseId: Type.Optional(evseId),
  connectorId: Type.Optional(connectorId),
  variable: Type.String({ minLength: 1, maxLength: 50, description: '2.x variable or 1.6 configuration key' }),
  variableInstance: Type.Optional(Type.String({ maxLength: 50 })),
  attribute: Type.Optional(
    Type.Union([Type.Literal('Actual'), Type.Literal('Target'), Type.Literal('MinSet'), Type.Literal('MaxSet')]),
  ),
};

/** Components and variables that a report is restricted to. */
export const reportedVariables = Type.Array(
  fields({
    ...componentName,
    variable: Type.Optional(
      Type.String({ minLength: 1, maxLength: 50, description: 'Without it all of the component' }),
    ),
    variableInstance: Type.Optional(Type.String({ maxLength: 50 })),
  }),
  { minItems: 1, maxItems: 100 },
);

export type ReportedVariableName = Static<typeof reportedVariables>[number];

/** What tells one written variable from another: a newer write of the same ones replaces an older that waits. */
function writtenNames(variables: readonly object[]): string {
  const names = variables.map((variable) => JSON.stringify({ ...variable, value: undefined }));
  return names.toSorted().join();
}

export const configurationIntents = {
  ReadConfiguration: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: 120,
    parameters: fields(
      { variables: Type.Optional(Type.Array(fields(variableName), { minItems: 1, maxItems: 50 })) },
      'Without variables: all of them (1.6 GetConfiguration, 2.x full base report)',
    ),
  }),
  WriteConfiguration: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ variables }) => writtenNames(variables),
    expirySeconds: 120,
    parameters: fields({
      variables: Type.Array(fields({ ...variableName, value: Type.String({ maxLength: 2500 }) }), {
        minItems: 1,
        maxItems: 20,
        description: 'On 1.6 one ChangeConfiguration each, in order, ending at the first refusal',
      }),
    }),
  }),
  RotatePassword: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: () => '',
    expirySeconds: daySeconds,
    parameters: fields(
      { credentialId: Type.String({ minLength: 1, maxLength: 64 }) },
      'Asked for by POST /v1/stations/{id}/credentials/rotations; the gateway fetches the password, the log never has it',
    ),
  }),
  ReadReport: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: 120,
    parameters: fields(
      {
        base: Type.Optional(
          Type.Enum(['configuration', 'full', 'summary'], {
            description: '2.x base report; not together with the others',
          }),
        ),
        criteria: Type.Optional(
          Type.Array(Type.Enum(['Active', 'Available', 'Enabled', 'Problem']), { minItems: 1, maxItems: 4 }),
        ),
        variables: Type.Optional(reportedVariables),
      },
      '2.x; the station reports in parts. Nothing named: the summary',
    ),
  }),
  SetNetworkProfile: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ slot }) => String(slot),
    expirySeconds: daySeconds,
    parameters: fields(
      {
        slot: Type.Integer({ minimum: 0, maximum: 100 }),
        url: Type.String({ minLength: 1, maxLength: 512, pattern: '^wss?://' }),
        ocppVersion: Type.Optional(
          Type.Enum(['OCPP16', 'OCPP20', 'OCPP201', 'OCPP21'], {
            description:
              "2.0.1 knows the first two: OCPP20 is its name of itself; without it OCPP20 on 2.0.1, the station's choice on 2.1",
          }),
        ),
        securityProfile: Type.Integer({ minimum: 1, maximum: 3 }),
        messageTimeoutSeconds: Type.Integer({ minimum: 1, maximum: 3600 }),
        interface: Type.Enum([
          'Wired0',
          'Wired1',
          'Wired2',
          'Wired3',
          'Wireless0',
          'Wireless1',
          'Wireless2',
          'Wireless3',
          'Any',
        ]),
        apn: Type.Optional(
          fields({
            apn: Type.String({ minLength: 1, maxLength: 512 }),
            userName: Type.Optional(Type.String({ maxLength: 20 })),
            preferredNetwork: Type.Optional(Type.String({ maxLength: 6 })),
            onlyPreferredNetwork: Type.Optional(Type.Boolean()),
            authentication: Type.Enum(['CHAP', 'NONE', 'PAP', 'AUTO']),
          }),
        ),
      },
      '2.x. Without passwords: those of APN and VPN stay in the station, since no secret enters a command',
    ),
  }),
};
