// Transaction messages for tests that do not care what is in them.
import type { ChargingSession, Reading, TransactionMessage } from '#load-tests/fleet/transaction';

export function sessionOf(given: Partial<ChargingSession> = {}): ChargingSession {
  return {
    evseId: 1,
    token: { uid: 'AABBCCDD', type: 'ISO14443' },
    vehicle: {
      current: 'AC',
      phases: 3,
      maxPowerW: 11_000,
      batteryMilliWh: 60_000_000,
      arrivalMilliWh: 20_000_000,
      targetPercent: 90,
    },
    startCause: 'driver',
    startedAtMs: 1_760_000_000_000,
    meterStartMilliWh: 5_000_000,
    remoteStartId: undefined,
    reservationId: undefined,
    transactionId: undefined,
    seqNo: 0,
    ...given,
  };
}

export function messageOf(
  kind: TransactionMessage['kind'],
  given: { session?: ChargingSession; registerMilliWh?: number; atMs?: number } = {},
): TransactionMessage {
  const session = given.session ?? sessionOf();
  const atMs = given.atMs ?? 1_760_000_060_000;
  const reading: Reading = {
    atMs,
    context: 'Sample.Periodic',
    registerMilliWh: given.registerMilliWh ?? 5_100_000,
    powerW: 11_000,
    currentMilliA: 15_942,
    voltageMilliV: 230_000,
    socPercent: undefined,
  };
  const common = { session, atMs, seqNo: session.seqNo++, offline: false, reading, messageId: undefined };
  return kind === 'ended' ? { kind, cause: 'driver', ...common } : { kind, ...common };
}
