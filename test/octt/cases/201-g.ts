// OCTT 2.0.1, G: stations, EVSEs and connectors go out of service and come back; a lock that fails.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at, type Payload } from '../octt-station.ts';
import { command, commanded, foldedSoFar, staged, type Stage } from './201-commanded.ts';
import { authorized201, sessionHas, status201, underWay } from './201-transaction.ts';

type Place = { readonly evseId?: number; readonly connectorId?: number };

const station: Place = {};
const evse: Place = { evseId: 1 };
const connector: Place = { evseId: 1, connectorId: 1 };

function callOf({ evseId, connectorId }: Place, operative: boolean): readonly [string, object] {
  const place =
    evseId === undefined ? {} : { evse: connectorId === undefined ? { id: evseId } : { id: evseId, connectorId } };
  return ['ChangeAvailability', { operationalStatus: operative ? 'Operative' : 'Inoperative', ...place }];
}

/** What the station agreed to is shown beside what it reports. */
async function isWanted({ rig, station: { stationId } }: Stage, place: Place, expected: object): Promise<void> {
  const { evseId = 0, connectorId = 0 } = place;
  const ofPlace = (wanted: unknown): boolean =>
    at(wanted, 'evseId') === evseId && at(wanted, 'connectorId') === connectorId;
  const isSo = (wanted: unknown): boolean =>
    ofPlace(wanted) && Object.entries(expected).every(([name, value]) => at(wanted, name) === value);
  await rig.shown<{ availability: readonly Payload[] }>(`/v1/stations/${stationId}/state`, ({ availability }) =>
    availability.some(isSo),
  );
}

const evsesOf = ({ evseId }: Place): readonly number[] => (evseId === undefined ? [1, 2] : [evseId]);

function changed(id: string, title: string, { place, operative }: { place: Place; operative: boolean }): PlayedCase {
  return commanded({
    id,
    title,
    wants: ['ChangeAvailability', { ...place, operative }],
    hears: callOf(place, operative),
    async thereafter(stage) {
      const status = operative ? 'Available' : 'Unavailable';
      for (const evseId of evsesOf(place)) await status201(stage.station, status, evseId);
      for (const evseId of evsesOf(place)) await stage.rig.connectorIs(stage.station, evseId, status);
      await isWanted(stage, place, { operative, scheduled: false });
    },
  });
}

/** Out of service once the transaction is over, and not before. */
function scheduled(id: string, title: string, place: Place): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const transaction = await underWay(stage);
      await command(stage, {
        wants: ['ChangeAvailability', { ...place, operative: false }],
        hears: callOf(place, false),
        answer: { status: 'Scheduled' },
        detail: 'Scheduled',
      });
      await isWanted(stage, place, { operative: false, scheduled: true });
      await sessionHas(stage, { state: 'charging' });
      await transaction.tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 2000, card: 'valid' });
      await sessionHas(stage, { state: 'ended', energyMilliWh: 1_000_000 });
      await status201(stage.station, 'Unavailable');
      await rig.connectorIs(stage.station, 1, 'Unavailable');
    },
  };
}

const lockFails: PlayedCase = {
  id: 'G_20',
  title: 'a lock that fails is an event of the station, and nothing is charged',
  async play(rig) {
    const stage = await staged(rig, 'G_20');
    await status201(stage.station, 'Occupied');
    assert.equal(await authorized201(stage.station, 'valid'), 'Accepted');
    const timestamp = new Date().toISOString();
    const answer = await stage.station.ask('NotifyEvent', {
      generatedAt: timestamp,
      seqNo: 0,
      tbc: false,
      eventData: [
        {
          eventId: 1,
          timestamp,
          trigger: 'Alerting',
          actualValue: 'true',
          eventNotificationType: 'HardWiredNotification',
          component: { name: 'ConnectorPlugRetentionLock', evse: { id: 1, connectorId: 1 } },
          variable: { name: 'Problem' },
        },
      ],
    });
    assert.deepEqual(answer, {});
    const event = await rig.item(
      stage.station,
      'device-events',
      ({ component }) => component === 'ConnectorPlugRetentionLock',
    );
    assert.deepEqual([event['variable'], event['value'], event['evseId']], ['Problem', 'true', 1]);
    await rig.hasNoSession(stage.station);
  },
};

export const availability201: readonly PlayedCase[] = [
  changed('G_03', 'an EVSE goes out of service', { place: evse, operative: false }),
  changed('G_04', 'an EVSE goes back into service', { place: evse, operative: true }),
  scheduled('G_11', 'an EVSE that charges goes out of service afterwards', evse),
  changed('G_05', 'a station goes out of service', { place: station, operative: false }),
  changed('G_06', 'a station goes back into service', { place: station, operative: true }),
  scheduled('G_14', 'a station that charges goes out of service afterwards', station),
  changed('G_07', 'a connector goes out of service', { place: connector, operative: false }),
  changed('G_08', 'a connector goes back into service', { place: connector, operative: true }),
  scheduled('G_17', 'a connector that charges goes out of service afterwards', connector),
  commanded({
    id: 'G_03',
    title: 'an EVSE that refuses to go out of service is told as refusing',
    wants: ['ChangeAvailability', { ...evse, operative: false }],
    hears: callOf(evse, false),
    answer: { status: 'Rejected' },
    outcome: 'rejected',
    detail: 'Rejected',
    async thereafter(stage) {
      await foldedSoFar(stage);
      const { availability } = await stage.rig.operator.get<{ availability: readonly object[] }>(
        `/v1/stations/${stage.station.stationId}/state`,
      );
      assert.deepEqual(availability, []);
    },
  }),
  lockFails,
];
