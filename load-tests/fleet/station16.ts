// OCPP 1.6J as a station speaks it.
import type { OCPP16 } from 'typed-ocpp';
import { decimalOf } from '#contracts/amounts';
import { answer16 } from '#load-tests/fleet/answers/tables';
import type { BootFacts, Dialect, EvseStatus, TransactionVerdict } from '#load-tests/fleet/dialect';
import { subprotocols } from '#load-tests/fleet/identities';
import { bootAnswerOf, fieldOf, integerOf, isoOf, textOf } from '#load-tests/fleet/payload';
import type { Outgoing } from '#load-tests/fleet/rpc';
import type { Traits } from '#load-tests/fleet/traits';
import type { ChargingSession, Reading, StopCause, TransactionMessage } from '#load-tests/fleet/transaction';

const statusNames = {
  available: 'Available',
  preparing: 'Preparing',
  charging: 'Charging',
  finishing: 'Finishing',
  reserved: 'Reserved',
  unavailable: 'Unavailable',
  faulted: 'Faulted',
} as const satisfies Record<EvseStatus, OCPP16.StatusNotificationRequest['status']>;

type Reason = NonNullable<OCPP16.StopTransactionRequest['reason']>;

const reasons: Readonly<Record<StopCause, Reason>> = {
  driver: 'Local',
  vehicle: 'EVDisconnected',
  remote: 'Remote',
  'soft-reset': 'SoftReset',
  'hard-reset': 'HardReset',
  unlock: 'UnlockCommand',
  deauthorized: 'DeAuthorized',
  fault: 'Other',
};

/** The start was never answered: later messages say so, and the platform answers them all the same (errata 3.18). */
const unknownTransactionId = -1;

export const dialect16: Dialect = {
  version: '1.6',
  subprotocol: subprotocols['1.6'],
  // meterStart and meterStop are whole Wh.
  resolutionMilliWh: 1000,
  tellsChargingState: false,
  boot,
  readBoot: bootAnswerOf,
  heartbeat: () => ({ action: 'Heartbeat', payload: {} }),
  statusName: (status) => statusNames[status],
  status(evseId, name, atMs) {
    const errorCode = name === 'Faulted' ? 'InternalError' : 'NoError';
    return {
      action: 'StatusNotification',
      payload: { connectorId: evseId, errorCode, status: name, timestamp: isoOf(atMs) },
    };
  },
  authorize: (token) => ({ action: 'Authorize', payload: { idTag: token.uid } }),
  isAuthorized: (payload) => textOf(fieldOf(payload, 'idTagInfo'), 'status') === 'Accepted',
  groupOf: (payload) => textOf(fieldOf(payload, 'idTagInfo'), 'parentIdTag'),
  newTransactionId: () => undefined,
  transaction,
  readVerdict,
  meterValues: (evseId, session, reading) => meterValues(evseId, session, reading, false),
  answer: answer16,
};

function boot(facts: BootFacts): Outgoing {
  const payload: OCPP16.BootNotificationRequest = {
    chargePointVendor: facts.vendor,
    chargePointModel: facts.model,
    chargePointSerialNumber: facts.serialNumber,
    firmwareVersion: facts.firmwareVersion,
    meterType: 'Simulated',
  };
  return { action: 'BootNotification', payload };
}

function transaction(message: TransactionMessage, traits: Traits): Outgoing {
  const { session, reading } = message;
  switch (message.kind) {
    case 'started': {
      const payload: OCPP16.StartTransactionRequest = {
        connectorId: session.evseId,
        idTag: session.token.uid,
        meterStart: session.meterStartMilliWh / 1000,
        timestamp: isoOf(message.atMs),
      };
      if (session.reservationId !== undefined) payload.reservationId = session.reservationId;
      return { action: 'StartTransaction', payload };
    }
    case 'ended': {
      const payload: OCPP16.StopTransactionRequest = {
        transactionId: transactionIdOf(session),
        idTag: session.token.uid,
        meterStop: reading.registerMilliWh / 1000,
        timestamp: isoOf(message.atMs),
        reason: reasons[message.cause],
      };
      if (traits.sendsTransactionData) payload.transactionData = [meterValueOf(reading, traits.metersInKwh)];
      return { action: 'StopTransaction', payload };
    }
    case 'authorized':
    case 'charging':
    case 'metered':
      return meterValues(session.evseId, session, reading, traits.metersInKwh);
  }
}

function meterValues(evseId: number, session: ChargingSession | undefined, reading: Reading, inKwh: boolean): Outgoing {
  const payload: OCPP16.MeterValuesRequest = { connectorId: evseId, meterValue: [meterValueOf(reading, inKwh)] };
  if (session !== undefined) payload.transactionId = transactionIdOf(session);
  return { action: 'MeterValues', payload };
}

type MeterValue = OCPP16.MeterValuesRequest['meterValue'][number];

function meterValueOf(reading: Reading, inKwh: boolean): MeterValue {
  const { context } = reading;
  const energyWh = reading.registerMilliWh / 1000;
  const sampledValue: MeterValue['sampledValue'] = [
    {
      value: inKwh ? decimalOf(energyWh) : String(energyWh),
      context,
      measurand: 'Energy.Active.Import.Register',
      location: 'Outlet',
      unit: inKwh ? 'kWh' : 'Wh',
    },
    { value: String(reading.powerW), context, measurand: 'Power.Active.Import', unit: 'W' },
    { value: decimalOf(reading.currentMilliA), context, measurand: 'Current.Import', phase: 'L1', unit: 'A' },
    { value: decimalOf(reading.voltageMilliV), context, measurand: 'Voltage', phase: 'L1-N', unit: 'V' },
  ];
  if (reading.socPercent !== undefined) {
    sampledValue.push({
      value: String(reading.socPercent),
      context,
      measurand: 'SoC',
      location: 'EV',
      unit: 'Percent',
    });
  }
  return { timestamp: isoOf(reading.atMs), sampledValue };
}

function transactionIdOf(session: ChargingSession): number {
  return session.transactionId === undefined ? unknownTransactionId : Number(session.transactionId);
}

function readVerdict(payload: unknown): TransactionVerdict {
  const info = fieldOf(payload, 'idTagInfo');
  const transactionId = integerOf(payload, 'transactionId');
  return {
    transactionId: transactionId === undefined ? undefined : String(transactionId),
    tokenAccepted: info === undefined || textOf(info, 'status') === 'Accepted',
  };
}
