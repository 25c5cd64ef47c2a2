// Any CALL by its OCPP name: for what no intent says (DER, V2X, battery swap, event streams) and for trying a station.
import Type from 'typebox';
import { fields, intent, type Lane } from './parts.ts';

/** CALLs for which a driver waits at the station. */
const driverActions: ReadonlySet<string> = new Set([
  'RemoteStartTransaction',
  'RemoteStopTransaction',
  'RequestStartTransaction',
  'RequestStopTransaction',
  'UnlockConnector',
  'ReserveNow',
  'CancelReservation',
]);

/** CALLs that start or stop a transaction: a station that is not accepted yet gets none (1.6 4.2, 2.x B02.FR.05). */
export const remoteTransactionActions: ReadonlySet<string> = new Set([
  'RemoteStartTransaction',
  'RemoteStopTransaction',
  'RequestStartTransaction',
  'RequestStopTransaction',
]);

/** Lane of a raw CALL. */
export function laneOfAction(action: unknown): Lane {
  return typeof action === 'string' && driverActions.has(action) ? 'driver' : 'maintenance';
}

export const rawIntents = {
  SendCall: intent({
    lane: 'maintenance',
    reads: false,
    waits: false,
    expirySeconds: 60,
    parameters: fields(
      {
        action: Type.String({ minLength: 1, maxLength: 50, description: 'An OCPP action that goes to stations' }),
        payload: Type.Record(Type.String(), Type.Unknown()),
      },
      "Checked against the version that the station spoke last; never sent twice. An action for a driver goes in the driver's lane",
    ),
  }),
};
