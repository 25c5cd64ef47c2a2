// A station of npm ocpp-rpc, in any version: does what an operator asks of it, and tells what becomes of it.
import { RPCClient } from 'ocpp-rpc';
import { subprotocols, type StationIdentity } from '#load-tests/fleet/identities';

export type Heard = { readonly action: string; readonly payload: Readonly<Record<string, unknown>> };

/** What every client of the test can do, whoever wrote it. */
export type ForeignStation = {
  readonly heard: readonly Heard[];
  close(): Promise<void>;
};

type Params = Readonly<Record<string, unknown>>;
type Answer = { readonly reply: object; readonly afterwards?: (rpc: RPCClient) => Promise<void> };
type Handler = (params: Params, station: Playing) => Answer;

/** What a played station remembers. */
type Playing = {
  readonly identity: StationIdentity;
  transactionId: string | number | undefined;
  remoteStartId: unknown;
};

const accepted = { status: 'Accepted' };
export const meter = { startWh: 1000, stopWh: 2500 } as const;
export const certificateHash = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'a1'.repeat(32),
  issuerKeyHash: 'b2'.repeat(32),
  serialNumber: '4711',
} as const;

const now = (): string => new Date().toISOString();
const requestOf = ({ requestId }: Params): object => (requestId === undefined ? {} : { requestId });

/** Tells each status of a job, one after the other. */
const telling =
  (action: string, statuses: readonly string[], params: Params) =>
  async (rpc: RPCClient): Promise<void> => {
    for (const status of statuses) await rpc.call(action, { status, ...requestOf(params) });
  };

const both: Readonly<Record<string, Handler>> = {
  ReserveNow: () => ({ reply: accepted }),
  CancelReservation: () => ({ reply: accepted }),
  SendLocalList: () => ({ reply: accepted }),
  SetChargingProfile: () => ({ reply: accepted }),
  InstallCertificate: () => ({ reply: accepted }),
  DeleteCertificate: () => ({ reply: accepted }),
};

const handlers16: Readonly<Record<string, Handler>> = {
  ...both,
  RemoteStartTransaction: ({ idTag }, station) => ({
    reply: accepted,
    async afterwards(rpc) {
      const start = { connectorId: 1, idTag, meterStart: meter.startWh, timestamp: now() };
      station.transactionId = Number((await rpc.call('StartTransaction', start))['transactionId']);
    },
  }),
  RemoteStopTransaction: ({ transactionId }, station) => ({
    reply: { status: transactionId === station.transactionId ? 'Accepted' : 'Rejected' },
    async afterwards(rpc) {
      await rpc.call('StopTransaction', { transactionId, meterStop: meter.stopWh, timestamp: now(), reason: 'Remote' });
    },
  }),
  GetLocalListVersion: () => ({ reply: { listVersion: 7 } }),
  GetCompositeSchedule: ({ connectorId, duration }) => {
    const chargingSchedulePeriod = [{ startPeriod: 0, limit: 16 }];
    const chargingSchedule = { duration: Number(duration), chargingRateUnit: 'A', chargingSchedulePeriod };
    return { reply: { ...accepted, connectorId, scheduleStart: now(), chargingSchedule } };
  },
  UpdateFirmware: () => ({
    reply: {},
    afterwards: telling('FirmwareStatusNotification', ['Downloading', 'Downloaded', 'Installing', 'Installed'], {}),
  }),
  GetDiagnostics: () => ({
    reply: { fileName: 'foreign.log' },
    afterwards: telling('DiagnosticsStatusNotification', ['Uploading', 'Uploaded'], {}),
  }),
  GetInstalledCertificateIds: ({ certificateType }) => ({
    reply:
      certificateType === 'CentralSystemRootCertificate'
        ? { ...accepted, certificateHashData: [certificateHash] }
        : { status: 'NotFound' },
  }),
};

const handlers2: Readonly<Record<string, Handler>> = {
  ...both,
  RequestStartTransaction: ({ idToken, remoteStartId }, station) => ({
    reply: accepted,
    async afterwards(rpc) {
      station.transactionId = `${station.identity.stationId}-1`;
      station.remoteStartId = remoteStartId;
      await rpc.call('TransactionEvent', eventOf(station, { seqNo: 0, wh: meter.startWh, idToken }));
    },
  }),
  RequestStopTransaction: ({ transactionId }, station) => ({
    reply: { status: transactionId === station.transactionId ? 'Accepted' : 'Rejected' },
    async afterwards(rpc) {
      await rpc.call('TransactionEvent', eventOf(station, { seqNo: 1, wh: meter.stopWh }));
    },
  }),
  GetLocalListVersion: () => ({ reply: { versionNumber: 7 } }),
  GetCompositeSchedule: ({ evseId, duration }) => {
    const chargingSchedulePeriod = [{ startPeriod: 0, limit: 16 }];
    const schedule = { evseId, duration, scheduleStart: now(), chargingRateUnit: 'A', chargingSchedulePeriod };
    return { reply: { ...accepted, schedule } };
  },
  UpdateFirmware: (params) => ({
    reply: accepted,
    afterwards: telling('FirmwareStatusNotification', ['Downloading', 'Downloaded', 'Installing', 'Installed'], params),
  }),
  GetLog: (params) => ({
    reply: { ...accepted, filename: 'foreign.log' },
    afterwards: telling('LogStatusNotification', ['Uploading', 'Uploaded'], params),
  }),
  GetInstalledCertificateIds: () => ({
    reply: {
      ...accepted,
      certificateHashDataChain: [{ certificateType: 'CSMSRootCertificate', certificateHashData: certificateHash }],
    },
  }),
};

function eventOf(station: Playing, at: { seqNo: number; wh: number; idToken?: unknown }): object {
  const isStart = at.seqNo === 0;
  const timestamp = now();
  return {
    eventType: isStart ? 'Started' : 'Ended',
    triggerReason: isStart ? 'RemoteStart' : 'RemoteStop',
    timestamp,
    seqNo: at.seqNo,
    evse: { id: 1, connectorId: 1 },
    transactionInfo: {
      transactionId: station.transactionId,
      ...(isStart ? { remoteStartId: station.remoteStartId } : { stoppedReason: 'Remote' }),
    },
    meterValue: [
      { timestamp, sampledValue: [{ value: at.wh, context: isStart ? 'Transaction.Begin' : 'Transaction.End' }] },
    ],
    ...(at.idToken === undefined ? {} : { idToken: at.idToken }),
  };
}

/** Connects, boots, and answers from then on; but for 2.1 every frame both ways is checked by the library's own schemas. */
export async function rpcStation(url: string, identity: StationIdentity): Promise<ForeignStation> {
  const rpc = new RPCClient({
    endpoint: url,
    identity: identity.stationId,
    password: identity.password,
    protocols: [subprotocols[identity.version]],
    // Its 2.1 schemas bear names (`urn:…Request`) that its own client does not look for: there only we validate.
    strictMode: identity.version !== '2.1',
    reconnect: false,
  });
  const heard: Heard[] = [];
  const station: Playing = { identity, transactionId: undefined, remoteStartId: undefined };
  const handlers = identity.version === '1.6' ? handlers16 : handlers2;
  for (const [action, handle] of Object.entries(handlers)) {
    rpc.handle(action, ({ params }) => {
      const payload = params as Params;
      heard.push({ action, payload });
      const { reply, afterwards } = handle(payload, station);
      // Once the answer is out: what follows is of the station's own accord.
      if (afterwards !== undefined) setImmediate(() => void afterwards(rpc));
      return reply;
    });
  }
  await rpc.connect();
  await rpc.call('BootNotification', bootOf(identity));
  return { heard, close: async () => void (await rpc.close()) };
}

function bootOf({ version }: StationIdentity): object {
  if (version === '1.6') return { chargePointVendor: 'Foreign', chargePointModel: 'RPC' };
  return { reason: 'PowerUp', chargingStation: { vendorName: 'Foreign', model: 'RPC' } };
}
