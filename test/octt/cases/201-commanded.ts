// A case of 2.0.1 that begins with an operator: what the station hears of it, what it answers, and how the command ends.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import type { OcttStation, Payload } from '../octt-station.ts';
import type { Rig } from '../rig.ts';

/** Where a case is played. */
export type Stage = { readonly rig: Rig; readonly station: OcttStation };

export type Commanding = {
  /** Intent and parameters, as operators write them. */
  readonly wants: readonly [intent: string, parameters: object];
  /** Action and payload of the CALL, without the number that the platform chooses for it. */
  readonly hears: readonly [action: string, payload: object];
  /** What the station answers; absent: Accepted. */
  readonly answer?: Payload;
  /** The CALLERROR that it answers instead. */
  readonly error?: string;
  /** Absent: accepted. */
  readonly outcome?: string;
  /** What is told beside the outcome. */
  readonly detail?: string;
};

export type Commanded = Commanding & {
  readonly id: string;
  readonly title: string;
  /** What the station tells afterwards, and what the platform then shows; `heard` is the CALL with its number. */
  thereafter?(stage: Stage, heard: Payload): Promise<void>;
};

/** How often each case was played: every time with a station of its own. */
const playsOf = new Map<string, number>();

/** A booted station that can be commanded. */
export async function staged(rig: Rig, id: string): Promise<Stage> {
  const number = (playsOf.get(id) ?? 0) + 1;
  playsOf.set(id, number);
  return { rig, station: await rig.station(`201-${id}-${number}`, '2.0.1') };
}

export async function command({ rig, station }: Stage, commanding: Commanding): Promise<Payload> {
  const { wants, hears, answer, error, outcome = 'accepted', detail } = commanding;
  const [intent, parameters] = wants;
  const [action, payload] = hears;
  if (answer !== undefined) station.answers(action, answer);
  if (error !== undefined) station.answersWith(action, { error });
  const done = await rig.command(station, intent, parameters);
  const heard = await station.heard(action);
  assert.deepEqual(withoutNumber(heard), payload);
  assert.equal(done.outcome, outcome, JSON.stringify(done));
  if (detail !== undefined) assert.equal(done.detail, detail);
  station.assertSchemas();
  return heard;
}

export function commanded({ id, title, thereafter, ...commanding }: Commanded): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const heard = await command(stage, commanding);
      await thereafter?.(stage, heard);
      stage.station.assertSchemas();
    },
  };
}

/** What the station told so far is folded: its facts are, in their order, and its last one is shown. */
export async function foldedSoFar({ rig, station }: Stage): Promise<void> {
  const connectorStatus = 'Unavailable';
  await station.ask('StatusNotification', {
    timestamp: new Date().toISOString(),
    connectorStatus,
    evseId: 9,
    connectorId: 1,
  });
  await rig.connectorIs(station, 9, connectorStatus);
}

/** Nothing came of it: what the platform shows under `list` is empty, and will be. */
export function leavesNone(list: string): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await foldedSoFar(stage);
    const path = `/v1/stations/${stage.station.stationId}/${list}`;
    assert.deepEqual((await stage.rig.operator.get<{ items: readonly object[] }>(path)).items, []);
  };
}

function withoutNumber({ requestId: _request, remoteStartId: _start, ...rest }: Payload): object {
  return rest;
}

/** An instant so many seconds from now, as operators and stations write it. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
