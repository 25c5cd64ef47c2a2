// OCTT 2.0.1, E: how transactions stop, and what a station says of one when it is asked.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { command, staged, type Stage } from './201-commanded.ts';
import {
  authorizes,
  available,
  charging,
  occupied,
  sessionHas,
  tells,
  underWay,
  type Step,
  type Told,
  type Transaction,
} from './201-transaction.ts';

const begin: readonly Step[] = [
  occupied,
  authorizes(),
  tells('Started', 'Authorized', {
    card: 'valid',
    chargingState: 'Charging',
    wh: 1000,
    context: 'Transaction.Begin',
  }),
];

/** The last event, with the last register. */
const ends = (triggerReason: string, stoppedReason: string, told: Told = {}): Step =>
  tells('Ended', triggerReason, { stoppedReason, wh: 3500, context: 'Transaction.End', ...told });

const suspended = tells('Updated', 'ChargingStateChanged', { chargingState: 'SuspendedEVSE' });
const endedBy = (stopReason: string) => ({ state: 'ended', stopReason, energyMilliWh: 2_500_000 }) as const;

const stops: readonly PlayedCase[] = [
  charging(
    'E_07',
    'a driver stops with his card, the power path opens, the transaction is over',
    [...begin, authorizes(), ends('StopAuthorized', 'Local', { card: 'valid' })],
    endedBy('Local'),
  ),
  charging(
    'E_08',
    'the flow of energy ends with the card, and the transaction with it',
    [...begin, authorizes(), ends('StopAuthorized', 'Local', { card: 'valid', chargingState: 'EVConnected' })],
    endedBy('Local'),
  ),
  charging(
    'E_14',
    'the cable leaves the station: the session ends as disconnected',
    [
      ...begin,
      authorizes(),
      tells('Updated', 'StopAuthorized', { card: 'valid', chargingState: 'EVConnected' }),
      available,
      ends('EVCommunicationLost', 'EVDisconnected', { chargingState: 'Idle' }),
    ],
    endedBy('EVDisconnected'),
  ),
  charging(
    'E_20',
    'the cable leaves the car: the session ends as disconnected',
    [...begin, ends('EVCommunicationLost', 'EVDisconnected', { chargingState: 'Idle' }), available],
    endedBy('EVDisconnected'),
  ),
  charging(
    'E_15',
    'a driver stops with the card that started',
    [...begin, authorizes(), ends('StopAuthorized', 'Local', { card: 'valid', chargingState: 'EVConnected' })],
    endedBy('Local'),
  ),
  charging(
    'E_16',
    'a card that the station knew and we refuse: the start is answered Invalid, and recorded all the same',
    [
      occupied,
      tells(
        'Started',
        'Authorized',
        { card: 'unknown', chargingState: 'EVConnected', wh: 1000, context: 'Transaction.Begin' },
        'Invalid',
      ),
      suspended,
      ends('Deauthorized', 'DeAuthorized', { wh: 1000 }),
    ],
    { state: 'ended', authorization: 'Invalid', stopReason: 'DeAuthorized', energyMilliWh: 0 },
  ),
  charging(
    'E_17',
    'a refused driver unplugs at the car: the session ends as disconnected',
    [
      occupied,
      tells(
        'Started',
        'Authorized',
        { card: 'blocked', chargingState: 'EVConnected', wh: 1000, context: 'Transaction.Begin' },
        'Blocked',
      ),
      suspended,
      ends('EVCommunicationLost', 'EVDisconnected', { chargingState: 'Idle', wh: 1000 }),
    ],
    { state: 'ended', authorization: 'Blocked', stopReason: 'EVDisconnected', energyMilliWh: 0 },
  ),
  charging(
    'E_39',
    'a driver who does not plug in in time has a session of nothing',
    [
      authorizes(),
      tells('Started', 'Authorized', { card: 'valid' }),
      tells('Ended', 'EVConnectTimeout', { stoppedReason: 'Timeout' }),
    ],
    { state: 'ended', authorization: 'Accepted', stopReason: 'Timeout' },
  ),
  charging(
    'E_22',
    'a car that is full ends its transaction',
    [...begin, ends('ChargingStateChanged', 'StoppedByEV', { chargingState: 'SuspendedEV' })],
    endedBy('StoppedByEV'),
  ),
  charging(
    'E_19',
    'a car that leaves its bay ends its transaction',
    [
      ...begin,
      tells('Updated', 'EVCommunicationLost', { chargingState: 'Idle' }),
      available,
      ends('EVDeparted', 'EVDisconnected', { chargingState: 'Idle' }),
    ],
    endedBy('EVDisconnected'),
  ),
  charging(
    'E_26',
    'a cable that leaves the car suspends the session; plugged in again, it is the same one',
    [
      ...begin,
      tells('Updated', 'EVCommunicationLost', { chargingState: 'Idle' }),
      async (stage) => {
        await sessionHas(stage, { state: 'charging', chargingState: 'Idle' });
      },
      tells('Updated', 'CablePluggedIn', { chargingState: 'EVConnected' }),
      tells('Updated', 'ChargingStateChanged', { chargingState: 'Charging' }),
    ],
    { state: 'charging', chargingState: 'Charging' },
  ),
  {
    id: 'E_21',
    title: 'an operator stops it from afar',
    async play(rig) {
      const stage = await staged(rig, 'E_21');
      const transaction = await underWay(stage);
      const { transactionId } = transaction;
      await command(stage, {
        wants: ['StopCharging', { transactionId }],
        hears: ['RequestStopTransaction', { transactionId }],
      });
      await endsIt(transaction, 'RemoteStop', 'Remote');
      await sessionHas(stage, endedBy('Remote'));
    },
  },
];

const refusedStop: PlayedCase = {
  id: 'E_21',
  title: 'a station that refuses to stop from afar goes on',
  async play(rig) {
    const stage = await staged(rig, 'E_21');
    const transaction = await underWay(stage);
    const { transactionId } = transaction;
    await command(stage, {
      wants: ['StopCharging', { transactionId }],
      hears: ['RequestStopTransaction', { transactionId }],
      answer: { status: 'Rejected' },
      outcome: 'rejected',
      detail: 'Rejected',
    });
    await transaction.tells('Updated', 'MeterValuePeriodic', { chargingState: 'Charging', wh: 1800 });
    await sessionHas(stage, { state: 'charging', energyMilliWh: 800_000 });
  },
};

async function endsIt(transaction: Transaction, triggerReason: string, stoppedReason: string, more: object = {}) {
  const told = { stoppedReason, wh: 3500, context: 'Transaction.End', more };
  await transaction.tells('Ended', triggerReason, told);
}

type Asking = {
  readonly id: string;
  readonly title: string;
  readonly answer: { readonly ongoingIndicator?: boolean; readonly messagesInQueue: boolean };
  readonly detail: string;
  /** Absent: the operator names no transaction. */
  readonly named?: (stage: Stage) => Promise<Transaction>;
  readonly thereafter?: (stage: Stage, transaction: Transaction | undefined) => Promise<void>;
};

const askings: readonly Asking[] = [
  {
    id: 'E_29',
    title: 'a transaction goes on, and messages of it wait: they come as they were, offline',
    named: underWay,
    answer: { ongoingIndicator: true, messagesInQueue: true },
    detail: 'goes on, messages wait',
    async thereafter(stage, transaction) {
      const more = { offline: true };
      await transaction?.tells('Updated', 'MeterValuePeriodic', { wh: 2000, chargingState: 'SuspendedEV', more });
      await sessionHas(stage, { state: 'charging', chargingState: 'SuspendedEV', energyMilliWh: 1_000_000 });
    },
  },
  {
    id: 'E_30',
    title: 'a transaction goes on, and no message waits',
    named: underWay,
    answer: { ongoingIndicator: true, messagesInQueue: false },
    detail: 'goes on, no message waits',
  },
  {
    id: 'E_31',
    title: 'a transaction is over, and its end waits: it is the session’s end when it comes',
    named: underWay,
    answer: { ongoingIndicator: false, messagesInQueue: true },
    detail: 'is over, messages wait',
    async thereafter(stage, transaction) {
      assert.ok(transaction !== undefined);
      await endsIt(transaction, 'EVCommunicationLost', 'EVDisconnected', { offline: true });
      await sessionHas(stage, endedBy('EVDisconnected'));
    },
  },
  {
    id: 'E_33',
    title: 'of no transaction in particular: messages wait',
    answer: { messagesInQueue: true },
    detail: 'messages wait',
  },
  {
    id: 'E_34',
    title: 'of no transaction in particular: no message waits',
    answer: { messagesInQueue: false },
    detail: 'no message waits',
  },
];

function asked({ id, title, answer, detail, named, thereafter }: Asking): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const transaction = await named?.(stage);
      const parameters = transaction === undefined ? {} : { transactionId: transaction.transactionId };
      await command(stage, {
        wants: ['ReadTransactionStatus', parameters],
        hears: ['GetTransactionStatus', parameters],
        answer,
        detail,
      });
      await thereafter?.(stage, transaction);
    },
  };
}

export const stops201: readonly PlayedCase[] = [...stops, refusedStop, ...askings.map(asked)];
