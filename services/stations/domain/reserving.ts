// What a command reserves: the words that a station is told again after a boot, which stand in the log of commands alone.
import { remoteStartIdOf } from '#contracts/keys';
import type { CommandRequested } from '#contracts/generated/types';

/** Intent and parameters of a command that makes the same reservation, under the same number. */
export type ReservingWords = {
  readonly reservationId: number;
  readonly intent: 'ReserveConnector' | 'SendCall';
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Null where it cannot be read. */
  readonly expiresAt: number | null;
};

type Fields = Readonly<Record<string, unknown>>;

/** Undefined: it reserves nothing. */
export function reservingWords({ commandId, intent, parametersJson }: CommandRequested): ReservingWords | undefined {
  if (intent === 'ReserveConnector') {
    const parameters = JSON.parse(parametersJson) as Fields;
    const { reservationId: named, expiresAt } = parameters;
    // Without a number the gateway takes the command's own.
    const reservationId = typeof named === 'number' ? named : remoteStartIdOf(commandId);
    return { reservationId, intent, parameters: { ...parameters, reservationId }, expiresAt: timeOf(expiresAt) };
  }
  if (intent !== 'SendCall') return undefined;
  const parameters = JSON.parse(parametersJson) as Fields;
  if (parameters['action'] !== 'ReserveNow') return undefined;
  const { id, reservationId = id, expiryDate, expiryDateTime = expiryDate } = parameters['payload'] as Fields;
  if (typeof reservationId !== 'number') return undefined;
  return { reservationId, intent, parameters, expiresAt: timeOf(expiryDateTime) };
}

function timeOf(text: unknown): number | null {
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
