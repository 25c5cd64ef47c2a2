// Logs and diagnostics: a small file of what the station has seen, brought to where the platform wants it.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Timer } from '#load-tests/fleet/clock';
import type { Commanded } from '#load-tests/fleet/dialect';
import { abandon } from '#load-tests/fleet/facilities';
import { isOwnMachine, upload } from '#load-tests/fleet/files';
import { isoOf } from '#load-tests/fleet/payload';
import type { Answer, Outgoing } from '#load-tests/fleet/rpc';

export type LogJob = {
  isRunning: boolean;
  isCanceled: boolean;
  timer: Timer | undefined;
  readonly requestId: number | undefined;
};

type Wanted = {
  readonly requestId: number | undefined;
  readonly location: string;
  readonly kind: string;
  readonly retries: number;
  readonly retryIntervalSeconds: number;
};

const retryIntervalSecondsByDefault = 5;

export const logs16: Rows = {
  GetDiagnostics: row<OCPP16.GetDiagnosticsRequest>((station, { location, retries, retryInterval }) => {
    const job = { requestId: undefined, location, kind: 'diagnostics', ...patienceOf(retries, retryInterval) };
    return result({ fileName: fileOf(station, job) }, () => void run(station, job));
  }),
  GetLog: row<OCPP16.GetLogRequest>(getLog),
};

export const logs2: Rows = { GetLog: row<OCPP21.GetLogRequest>(getLog) };

export function tellLogStatus(station: Commanded): void {
  const { log } = station.facilities;
  const isRunning = log?.isRunning === true && log.requestId !== undefined;
  station.tell({
    action: 'LogStatusNotification',
    payload: isRunning ? { status: 'Uploading', requestId: log.requestId } : { status: 'Idle' },
  });
}

export function tellDiagnosticsStatus(station: Commanded): void {
  const { log } = station.facilities;
  const status = log?.isRunning === true && log.requestId === undefined ? 'Uploading' : 'Idle';
  station.tell({ action: 'DiagnosticsStatusNotification', payload: { status } });
}

function getLog(station: Commanded, request: OCPP21.GetLogRequest | OCPP16.GetLogRequest): Answer {
  const { log, logType, requestId, retries, retryInterval } = request;
  if (logType === 'DataCollectorLog') return result({ status: 'Rejected' });
  const job = { requestId, location: log.remoteLocation, kind: logType, ...patienceOf(retries, retryInterval) };
  const isBusy = station.facilities.log?.isRunning === true;
  const payload = { status: isBusy ? 'AcceptedCanceled' : 'Accepted', filename: fileOf(station, job) };
  return result(payload, () => void run(station, job));
}

function patienceOf(
  retries: number | undefined,
  retryInterval: number | undefined,
): Pick<Wanted, 'retries' | 'retryIntervalSeconds'> {
  return { retries: retries ?? 0, retryIntervalSeconds: retryInterval ?? retryIntervalSecondsByDefault };
}

async function run(station: Commanded, wanted: Wanted): Promise<void> {
  const { facilities } = station;
  if (facilities.log !== undefined) abandon(facilities.log);
  const job: LogJob = { isRunning: true, isCanceled: false, timer: undefined, requestId: wanted.requestId };
  facilities.log = job;
  const tell = (status: 'Uploading' | 'Uploaded' | 'UploadFailure'): void => {
    if (!job.isCanceled) station.tellDurably(statusOf(wanted.requestId, status));
  };
  tell('Uploading');
  let isUploaded = false;
  for (let attempt = 0; attempt <= wanted.retries && !isUploaded && !job.isCanceled; attempt++) {
    if (attempt > 0)
      await new Promise<void>(
        (resolve) => void (job.timer = station.clock.after(wanted.retryIntervalSeconds * 1000, resolve)),
      );
    isUploaded =
      isOwnMachine(wanted.location) &&
      (await upload(wanted.location, fileOf(station, wanted), textOf(station, wanted)));
  }
  job.isRunning = false;
  tell(isUploaded ? 'Uploaded' : 'UploadFailure');
}

function statusOf(requestId: number | undefined, status: 'Uploading' | 'Uploaded' | 'UploadFailure'): Outgoing {
  if (requestId !== undefined) return { action: 'LogStatusNotification', payload: { status, requestId } };
  const named = status === 'UploadFailure' ? 'UploadFailed' : status;
  return { action: 'DiagnosticsStatusNotification', payload: { status: named } };
}

function fileOf(station: Commanded, { kind, requestId }: Pick<Wanted, 'kind' | 'requestId'>): string {
  return `${station.identity.stationId}-${kind}${requestId === undefined ? '' : `-${requestId}`}.log`.slice(0, 255);
}

function textOf(station: Commanded, { kind }: Wanted): string {
  const lines = [
    `${isoOf(station.now())} ${kind} of ${station.identity.stationId}, OCPP ${station.version}`,
    `vendor ${station.vendor.vendor}, model ${station.vendor.model}, firmware ${station.firmwareVersion}`,
    ...station.commandedEvses.map(
      ({ evseId, status, session }) => `EVSE ${evseId}: ${status}, transaction ${session?.transactionId ?? 'none'}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
