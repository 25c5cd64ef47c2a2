// OCPP 2.0.1 and 2.1 as a station speaks them: 2.1 differs in its name, its answers and its SENDs.
import { randomUUID } from 'node:crypto';
import type { OCPP20 } from 'typed-ocpp';
import { answer201, answer21 } from '#load-tests/fleet/answers/tables';
import type { BootCause, BootFacts, Dialect, EvseStatus, TransactionVerdict } from '#load-tests/fleet/dialect';
import { subprotocols } from '#load-tests/fleet/identities';
import { bootAnswerOf, fieldOf, isoOf, textOf } from '#load-tests/fleet/payload';
import type { Outgoing } from '#load-tests/fleet/rpc';
import type { Traits } from '#load-tests/fleet/traits';
import type { PresentedToken, Reading, StartCause, StopCause, TransactionMessage } from '#load-tests/fleet/transaction';

type Event = OCPP20.TransactionEventRequest;
type Trigger = Event['triggerReason'];
type StoppedReason = NonNullable<Event['transactionInfo']['stoppedReason']>;
type MeterValue = NonNullable<Event['meterValue']>[number];

const statusNames: Readonly<Record<EvseStatus, OCPP20.StatusNotificationRequest['connectorStatus']>> = {
  available: 'Available',
  preparing: 'Occupied',
  charging: 'Occupied',
  finishing: 'Occupied',
  reserved: 'Reserved',
  unavailable: 'Unavailable',
  faulted: 'Faulted',
};

const bootReasons: Readonly<Record<BootCause, OCPP20.BootNotificationRequest['reason']>> = {
  'power-up': 'PowerUp',
  'remote-reset': 'RemoteReset',
  triggered: 'Triggered',
  reconnected: 'Unknown',
  'firmware-update': 'FirmwareUpdate',
};

const startTriggers: Readonly<Record<StartCause, Trigger>> = {
  driver: 'Authorized',
  plug: 'CablePluggedIn',
  remote: 'RemoteStart',
};

const stops: Readonly<Record<StopCause, { trigger: Trigger; reason: StoppedReason }>> = {
  driver: { trigger: 'StopAuthorized', reason: 'Local' },
  vehicle: { trigger: 'ChargingStateChanged', reason: 'StoppedByEV' },
  remote: { trigger: 'RemoteStop', reason: 'Remote' },
  'soft-reset': { trigger: 'ResetCommand', reason: 'Reboot' },
  'hard-reset': { trigger: 'ResetCommand', reason: 'ImmediateReset' },
  unlock: { trigger: 'UnlockCommand', reason: 'Other' },
  deauthorized: { trigger: 'Deauthorized', reason: 'DeAuthorized' },
  fault: { trigger: 'AbnormalCondition', reason: 'Other' },
};

const connectorId = 1;

export const dialect201: Dialect = {
  version: '2.0.1',
  subprotocol: subprotocols['2.0.1'],
  resolutionMilliWh: 1,
  tellsChargingState: true,
  boot,
  readBoot: bootAnswerOf,
  heartbeat: () => ({ action: 'Heartbeat', payload: {} }),
  statusName: (status) => statusNames[status],
  status(evseId, name, atMs) {
    return {
      action: 'StatusNotification',
      payload: { timestamp: isoOf(atMs), connectorStatus: name, evseId, connectorId },
    };
  },
  authorize: (token) => ({ action: 'Authorize', payload: { idToken: idTokenOf(token) } }),
  isAuthorized: (payload) => textOf(fieldOf(payload, 'idTokenInfo'), 'status') === 'Accepted',
  groupOf: (payload) => textOf(fieldOf(fieldOf(payload, 'idTokenInfo'), 'groupIdToken'), 'idToken'),
  newTransactionId: () => randomUUID(),
  transaction: (message, traits) => ({ action: 'TransactionEvent', payload: eventOf(message, traits) }),
  readVerdict,
  meterValues(evseId, _session, reading) {
    const payload: OCPP20.MeterValuesRequest = { evseId, meterValue: [meterValueOf(reading, false)] };
    return { action: 'MeterValues', payload };
  },
  answer: answer201,
};

export const dialect21: Dialect = { ...dialect201, version: '2.1', subprotocol: subprotocols['2.1'], answer: answer21 };

function boot(facts: BootFacts, cause: BootCause): Outgoing {
  const payload: OCPP20.BootNotificationRequest = {
    chargingStation: {
      vendorName: facts.vendor,
      model: facts.model,
      serialNumber: facts.serialNumber,
      firmwareVersion: facts.firmwareVersion,
    },
    reason: bootReasons[cause],
  };
  return { action: 'BootNotification', payload };
}

function eventOf(message: TransactionMessage, traits: Traits): Event {
  const { session } = message;
  const event: Event = {
    eventType: 'Updated',
    timestamp: isoOf(message.atMs),
    triggerReason: 'MeterValuePeriodic',
    seqNo: message.seqNo,
    transactionInfo: { transactionId: session.transactionId ?? '' },
    evse: { id: session.evseId, connectorId },
  };
  if (message.offline) event.offline = true;
  if (message.kind === 'started' && session.reservationId !== undefined) event.reservationId = session.reservationId;
  describe(event, message);
  if (message.kind === 'started' || message.kind === 'metered' || message.kind === 'ended') {
    event.meterValue = [meterValueOf(message.reading, traits.metersInKwh)];
  }
  return event;
}

/** What is particular to each kind of event. */
function describe(event: Event, message: TransactionMessage): void {
  const { session } = message;
  switch (message.kind) {
    case 'started':
      event.eventType = 'Started';
      event.triggerReason = startTriggers[session.startCause];
      event.transactionInfo.chargingState = 'EVConnected';
      if (session.startCause !== 'plug') event.idToken = idTokenOf(session.token);
      if (session.remoteStartId !== undefined) event.transactionInfo.remoteStartId = session.remoteStartId;
      return;
    case 'authorized':
      event.triggerReason = 'Authorized';
      event.idToken = idTokenOf(session.token);
      return;
    case 'charging':
      event.triggerReason = 'ChargingStateChanged';
      event.transactionInfo.chargingState = 'Charging';
      return;
    case 'metered':
      if (message.reading.context === 'Trigger') event.triggerReason = 'Trigger';
      event.transactionInfo.chargingState = 'Charging';
      return;
    case 'ended':
      event.eventType = 'Ended';
      event.triggerReason = stops[message.cause].trigger;
      event.transactionInfo.stoppedReason = stops[message.cause].reason;
      event.transactionInfo.chargingState = 'EVConnected';
      if (message.cause === 'driver') event.idToken = idTokenOf(session.token);
      return;
  }
}

function idTokenOf(token: PresentedToken): OCPP20.AuthorizeRequest['idToken'] {
  return { idToken: token.uid, type: token.type };
}

function meterValueOf(reading: Reading, inKwh: boolean): MeterValue {
  const { context } = reading;
  const sampledValue: MeterValue['sampledValue'] = [
    {
      // A quotient of whole numbers prints with just their digits, so that the platform reads the same mWh.
      value: reading.registerMilliWh / (inKwh ? 1_000_000 : 1000),
      context,
      measurand: 'Energy.Active.Import.Register',
      location: 'Outlet',
      unitOfMeasure: { unit: inKwh ? 'kWh' : 'Wh' },
    },
    { value: reading.powerW, context, measurand: 'Power.Active.Import', unitOfMeasure: { unit: 'W' } },
    {
      value: reading.currentMilliA / 1000,
      context,
      measurand: 'Current.Import',
      phase: 'L1',
      unitOfMeasure: { unit: 'A' },
    },
    { value: reading.voltageMilliV / 1000, context, measurand: 'Voltage', phase: 'L1-N', unitOfMeasure: { unit: 'V' } },
  ];
  if (reading.socPercent !== undefined) {
    sampledValue.push({
      value: reading.socPercent,
      context,
      measurand: 'SoC',
      location: 'EV',
      unitOfMeasure: { unit: 'Percent' },
    });
  }
  return { timestamp: isoOf(reading.atMs), sampledValue };
}

function readVerdict(payload: unknown): TransactionVerdict {
  const info = fieldOf(payload, 'idTokenInfo');
  return { transactionId: undefined, tokenAccepted: info === undefined || textOf(info, 'status') === 'Accepted' };
}
