// Periodic event streams of 2.1: opened for a monitor, fed by SEND at the asked pace, adjusted and closed.
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Timer } from '#load-tests/fleet/clock';
import type { Commanded } from '#load-tests/fleet/dialect';
import { isoOf } from '#load-tests/fleet/payload';

type Params = NonNullable<OCPP21.SetVariableMonitoringRequest['setMonitoringData'][number]['periodicEventStream']>;

type Sample = { readonly atMs: number; readonly value: string };

type Source = { readonly monitorId: number; readonly everySeconds: number; read(): string };

/** Its id is its monitor's. */
export type Stream = {
  readonly source: Source;
  params: Params;
  readonly samples: Sample[];
  sampleTimer: Timer | undefined;
  sendTimer: Timer | undefined;
};

export type Streams = Map<number, Stream>;

const samplesMax = 100;

export const eventStreams21: Rows = {
  AdjustPeriodicEventStream: row<OCPP21.AdjustPeriodicEventStreamRequest>((station, { id, params }) => {
    const stream = station.facilities.streams?.get(id);
    if (stream === undefined || params.interval === 0) return result({ status: 'Rejected' });
    stream.params = params;
    expectSend(station, stream);
    return result({ status: 'Accepted' });
  }),
  GetPeriodicEventStream: row((station) => {
    const streams = [...(station.facilities.streams?.values() ?? [])];
    return result(streams.length === 0 ? {} : { constantStreamData: streams.map(constantOf) });
  }),
};

/** Asks the platform for the stream; nothing is sent where it refuses. */
export function openStream(station: Commanded, source: Source, params: Params): void {
  const stream: Stream = { source, params, samples: [], sampleTimer: undefined, sendTimer: undefined };
  const streams = (station.facilities.streams ??= new Map<number, Stream>());
  streams.set(source.monitorId, stream);
  void station
    .ask({ action: 'OpenPeriodicEventStream', payload: { constantStreamData: constantOf(stream) } })
    .then((outcome) => {
      const status = outcome.kind === 'result' ? (outcome.payload as { status?: unknown } | null)?.status : undefined;
      if (status !== 'Accepted') return void streams.delete(source.monitorId);
      expectSample(station, stream);
      expectSend(station, stream);
    });
}

export function closeStream(station: Commanded, id: number): void {
  const stream = station.facilities.streams?.get(id);
  if (stream === undefined) return;
  stream.sampleTimer?.cancel();
  stream.sendTimer?.cancel();
  station.facilities.streams?.delete(id);
  station.tell({ action: 'ClosePeriodicEventStream', payload: { id } });
}

function constantOf({ source, params }: Stream): OCPP21.OpenPeriodicEventStreamRequest['constantStreamData'] {
  return { id: source.monitorId, variableMonitoringId: source.monitorId, params };
}

function expectSample(station: Commanded, stream: Stream): void {
  stream.sampleTimer = station.clock.after(Math.max(1, stream.source.everySeconds) * 1000, () => {
    stream.samples.push({ atMs: station.now(), value: stream.source.read() });
    if (stream.samples.length > samplesMax) stream.samples.shift();
    if (stream.samples.length >= (stream.params.values ?? samplesMax)) flush(station, stream);
    expectSample(station, stream);
  });
}

/** After so many seconds what has gathered goes out, however little. */
function expectSend(station: Commanded, stream: Stream): void {
  stream.sendTimer?.cancel();
  const { interval } = stream.params;
  if (interval === undefined) return;
  stream.sendTimer = station.clock.after(interval * 1000, () => {
    flush(station, stream);
    expectSend(station, stream);
  });
}

function flush(station: Commanded, stream: Stream): void {
  const [first] = stream.samples;
  if (first === undefined || station.facilities.streams?.get(stream.source.monitorId) !== stream) return;
  const payload: OCPP21.NotifyPeriodicEventStream = {
    id: stream.source.monitorId,
    pending: 0,
    basetime: isoOf(first.atMs),
    data: stream.samples.map(({ atMs, value }) => ({ t: (atMs - first.atMs) / 1000, v: value })),
  };
  // Kept where there is no connection.
  if (station.send({ action: 'NotifyPeriodicEventStream', payload })) stream.samples.length = 0;
}
