// What the cases of 1.6 have in common: a driver who plugs in, charges and leaves, in the words of a 1.6 station.
import assert from 'node:assert/strict';
import { at, type OcttStation } from '../octt-station.ts';
import { cards, type Rig } from '../rig.ts';

/** The time of the case less so many seconds, as a station writes it. */
export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

export async function status16(station: OcttStation, status: string, more: object = {}): Promise<void> {
  await station.ask('StatusNotification', { connectorId: 1, errorCode: 'NoError', status, ...more });
}

/** The status by which an Authorize is answered. */
export async function authorized16(station: OcttStation, idTag: string): Promise<unknown> {
  return at(await station.ask('Authorize', { idTag }), 'idTagInfo', 'status');
}

export type Started = { readonly transactionId: number; readonly status: unknown; readonly parentIdTag: unknown };

export async function start16(station: OcttStation, more: object = {}): Promise<Started> {
  const start = { connectorId: 1, idTag: cards.valid, meterStart: 1000, timestamp: ago(60), ...more };
  const answer = await station.ask('StartTransaction', start);
  const transactionId = Number(answer['transactionId']);
  assert.ok(transactionId > 0, 'a transaction has an id, also where its card is refused');
  const { idTagInfo } = answer;
  return { transactionId, status: at(idTagInfo, 'status'), parentIdTag: at(idTagInfo, 'parentIdTag') };
}

/** Plugged in, authorised, charging. */
export async function charging16(station: OcttStation, more: object = {}): Promise<number> {
  await status16(station, 'Preparing');
  const { transactionId, status } = await start16(station, more);
  assert.equal(status, 'Accepted');
  await status16(station, 'Charging');
  return transactionId;
}

/** Ends a transaction; the status of the card that stopped it, where one did. */
export async function stop16(station: OcttStation, transactionId: number, more: object = {}): Promise<unknown> {
  const stop = { transactionId, meterStop: 6000, timestamp: ago(0), ...more };
  return at(await station.ask('StopTransaction', stop), 'idTagInfo', 'status');
}

export async function meter16(station: OcttStation, transactionId: number, wh: number): Promise<void> {
  await station.ask('MeterValues', {
    connectorId: 1,
    transactionId,
    meterValue: [
      {
        timestamp: ago(30),
        sampledValue: [{ value: String(wh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' }],
      },
    ],
  });
}

/** A card that may not charge: told so when it is shown and where it starts; the start is recorded as refused. */
export async function refusedCard16(rig: Rig, stationId: string, idTag: string, status: string): Promise<void> {
  const station = await rig.station(stationId, '1.6');
  await status16(station, 'Preparing');
  assert.equal(await authorized16(station, idTag), status);
  const started = await start16(station, { idTag });
  assert.equal(started.status, status);
  assert.equal((await rig.session(station)).authorization, status);
}

/** A driver's card in the words of a command. */
export const token = { uid: cards.valid, type: 'ISO14443' } as const;
