// What 2.0.1 cases of transactions have in common: cables, cards, and the events of one transaction in their order.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at, type OcttStation } from '../octt-station.ts';
import { cards, type SessionSeen } from '../rig.ts';
import { staged, type Stage } from './201-commanded.ts';

export type IdToken = { readonly idToken: string; readonly type: string };

/** A card of the rig as 2.0.1 shows it. */
export function cardOf(name: keyof typeof cards): IdToken {
  return { idToken: cards[name], type: 'ISO14443' };
}

/** The same card as operators name it. */
export function tokenOf(name: keyof typeof cards): object {
  return { uid: cards[name], type: 'ISO14443' };
}

export type Told = {
  readonly chargingState?: string;
  readonly stoppedReason?: string;
  readonly remoteStartId?: unknown;
  readonly card?: keyof typeof cards;
  /** Register in Wh, with its context. */
  readonly wh?: number;
  readonly context?: string;
  /** The register signed by the meter. */
  readonly signed?: boolean;
  /** null: it is not known yet. */
  readonly evse?: object | null;
  readonly more?: object;
};

/** One transaction of a station; each event takes the next sequence number, a second later. */
export class Transaction {
  readonly transactionId: string;
  readonly #station: OcttStation;
  readonly #beganAt: number;
  #seqNo = 0;

  constructor(station: OcttStation, { number = 1, beganAt = Date.now() - 120_000 } = {}) {
    this.#station = station;
    this.#beganAt = beganAt;
    this.transactionId = `${station.stationId}-${number}`;
  }

  /** The next event as a station sends it. */
  event(eventType: string, triggerReason: string, told: Told = {}): object {
    const seqNo = this.#seqNo++;
    const timestamp = new Date(this.#beganAt + seqNo * 1000).toISOString();
    const { chargingState, stoppedReason, remoteStartId, card, evse = { id: 1, connectorId: 1 }, more = {} } = told;
    return {
      eventType,
      triggerReason,
      timestamp,
      seqNo,
      transactionInfo: {
        transactionId: this.transactionId,
        ...present({ chargingState, stoppedReason, remoteStartId }),
      },
      ...(evse === null ? {} : { evse }),
      ...(card === undefined ? {} : { idToken: cardOf(card) }),
      ...(told.wh === undefined ? {} : { meterValue: [meterValueOf(timestamp, { ...told, wh: told.wh })] }),
      ...more,
    };
  }

  /** The status of the card it shows, where it shows one. */
  async tells(eventType: string, triggerReason: string, told: Told = {}): Promise<unknown> {
    const answer = await this.#station.ask('TransactionEvent', this.event(eventType, triggerReason, told));
    return at(answer, 'idTokenInfo', 'status');
  }
}

function present(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

type Metered = { readonly wh: number; readonly context?: string; readonly signed?: boolean };

export function meterValueOf(timestamp: string, { wh, context, signed = false }: Metered): object {
  const signedMeterValue = {
    signedMeterData: Buffer.from(`OCMF|${wh}`).toString('base64'),
    signingMethod: 'ECDSA-secp256r1-SHA256',
    encodingMethod: 'OCMF',
    publicKey: Buffer.from('a key').toString('base64'),
  };
  const sampled = { value: wh, ...present({ context }), unitOfMeasure: { unit: 'Wh' } };
  return { timestamp, sampledValue: [signed ? { ...sampled, signedMeterValue } : sampled] };
}

export async function status201(station: OcttStation, connectorStatus: string, evseId = 1): Promise<void> {
  const timestamp = new Date().toISOString();
  await station.ask('StatusNotification', { timestamp, connectorStatus, evseId, connectorId: 1 });
}

/** The status by which an Authorize is answered. */
export async function authorized201(station: OcttStation, card: keyof typeof cards): Promise<unknown> {
  return at(await station.ask('Authorize', { idToken: cardOf(card) }), 'idTokenInfo', 'status');
}

/** The session of the station, once it has all these fields. */
export async function sessionHas({ rig, station }: Stage, fields: Partial<SessionSeen>): Promise<SessionSeen> {
  return rig.session(station, (session) =>
    Object.entries(fields).every(([name, value]) => at(session, name) === value),
  );
}

/** One thing that happens at the station. */
export type Step = (driving: Stage & { readonly transaction: Transaction }) => Promise<void>;

export const occupied: Step = ({ station }) => status201(station, 'Occupied');
export const available: Step = ({ station }) => status201(station, 'Available');

export const authorizes =
  (card: keyof typeof cards = 'valid', status = 'Accepted'): Step =>
  async ({ station }) =>
    assert.equal(await authorized201(station, card), status);

/** @param cardStatus what the card that it shows is answered; absent: Accepted */
export const tells =
  (eventType: string, triggerReason: string, told: Told = {}, cardStatus = 'Accepted'): Step =>
  async ({ transaction }) =>
    assert.equal(
      await transaction.tells(eventType, triggerReason, told),
      told.card === undefined ? undefined : cardStatus,
    );

/** Steps at one station, and the session that they make. */
export function charging(id: string, title: string, steps: readonly Step[], session: Partial<SessionSeen>): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const transaction = new Transaction(stage.station);
      for (const step of steps) await step({ ...stage, transaction });
      await sessionHas(stage, { transactionId: transaction.transactionId, ...session });
      stage.station.assertSchemas();
    },
  };
}

/** A transaction under way, for what happens in one. */
export async function underWay(stage: Stage, began: { readonly beganAt?: number } = {}): Promise<Transaction> {
  const transaction = new Transaction(stage.station, began);
  await status201(stage.station, 'Occupied');
  const told = { card: 'valid', chargingState: 'Charging', wh: 1000, context: 'Transaction.Begin' } as const;
  assert.equal(await transaction.tells('Started', 'Authorized', told), 'Accepted');
  await sessionHas(stage, { state: 'charging' });
  return transaction;
}
