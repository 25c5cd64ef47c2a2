// Intents about what a station watches in itself (2.x N).
import Type from 'typebox';
import { componentName, fields, hourSeconds, intent, stationNumber } from './parts.ts';
import { reportedVariables } from './configuration.ts';

const severity = Type.Integer({ minimum: 0, maximum: 9, description: '0 danger … 9 debug' });

export const monitoringIntents = {
  ReadMonitors: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        criteria: Type.Optional(
          Type.Array(Type.Enum(['ThresholdMonitoring', 'DeltaMonitoring', 'PeriodicMonitoring']), {
            minItems: 1,
            maxItems: 3,
          }),
        ),
        variables: Type.Optional(reportedVariables),
      },
      '2.x; the station reports in parts',
    ),
  }),
  SetMonitors: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields(
      {
        monitors: Type.Array(
          fields({
            monitorId: Type.Optional(stationNumber),
            ...componentName,
            variable: Type.String({ minLength: 1, maxLength: 50 }),
            variableInstance: Type.Optional(Type.String({ maxLength: 50 })),
            type: Type.Enum(
              [
                'UpperThreshold',
                'LowerThreshold',
                'Delta',
                'Periodic',
                'PeriodicClockAligned',
                'TargetDelta',
                'TargetDeltaRelative',
              ],
              { description: 'The last two are of 2.1' },
            ),
            value: Type.Number(),
            severity,
            duringTransactionOnly: Type.Optional(Type.Boolean()),
          }),
          { minItems: 1, maxItems: 50 },
        ),
      },
      '2.x; with a monitorId the monitor is replaced',
    ),
  }),
  ClearMonitors: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: fields({ monitorIds: Type.Array(stationNumber, { minItems: 1, maxItems: 100 }) }, '2.x'),
  }),
  SetMonitoringBase: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: () => '',
    expirySeconds: hourSeconds,
    parameters: fields({ base: Type.Enum(['All', 'FactoryDefault', 'HardWiredOnly']) }, '2.x'),
  }),
  SetMonitoringLevel: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: () => '',
    expirySeconds: hourSeconds,
    parameters: fields({ severity }, '2.x'),
  }),
};
