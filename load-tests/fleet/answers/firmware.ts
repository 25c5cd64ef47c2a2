// Firmware updates: downloaded, verified where signed, installed once nobody charges, and booted with the new version.
import { X509Certificate, createVerify } from 'node:crypto';
import { basename } from 'node:path';
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Timer } from '#load-tests/fleet/clock';
import type { Commanded } from '#load-tests/fleet/dialect';
import { abandon } from '#load-tests/fleet/facilities';
import { download, isOwnMachine } from '#load-tests/fleet/files';
import type { Answer } from '#load-tests/fleet/rpc';

type Status = OCPP21.FirmwareStatusNotificationRequest['status'];

type Job = {
  /** 1.6's plain update has none. */
  readonly requestId: number | undefined;
  readonly location: string;
  readonly retrieveAtMs: number;
  readonly installAtMs: number;
  readonly signature: { readonly certificate: string; readonly bytes: Buffer } | undefined;
  readonly retries: number;
  readonly retryIntervalSeconds: number;
  isCanceled: boolean;
  /** What it waits for now. */
  timer: Timer | undefined;
};

export type FirmwareJobs = {
  job: Job | undefined;
  /** What the last job told last, for a trigger. */
  status: Status;
  readonly published: Map<string, string>;
};

/** Where a download is played, for no station ever asks a stranger's server. */
const playedDownloadMs = 2000;
const installMs = 3000;
const idlePollMs = 1000;
const retryIntervalSecondsByDefault = 5;

const plainStatuses: ReadonlySet<string> = new Set<OCPP16.FirmwareStatusNotificationRequest['status']>([
  'Downloaded',
  'DownloadFailed',
  'Downloading',
  'Idle',
  'InstallationFailed',
  'Installing',
  'Installed',
]);

export const firmware16: Rows = {
  UpdateFirmware: row<OCPP16.UpdateFirmwareRequest>((station, request) => {
    const { location, retrieveDate, retries, retryInterval } = request;
    const firmware = { location, retrieveDateTime: retrieveDate };
    begin(station, jobOf({ requestId: undefined, firmware, retries, retryInterval }));
    return result({});
  }),
  SignedUpdateFirmware: row<OCPP16.SignedUpdateFirmwareRequest>(update),
};

export const firmware2: Rows = {
  UpdateFirmware: row<OCPP21.UpdateFirmwareRequest>(update),
  PublishFirmware: row<OCPP21.PublishFirmwareRequest>((station, { location, checksum, requestId }) =>
    result({ status: 'Accepted' }, () => void publish(station, { location, checksum, requestId })),
  ),
  UnpublishFirmware: row<OCPP21.UnpublishFirmwareRequest>((station, { checksum }) => {
    const isPublished = station.facilities.firmware?.published.delete(checksum) ?? false;
    return result({ status: isPublished ? 'Unpublished' : 'NoFirmware' });
  }),
};

/** What a trigger for the firmware's status is answered with. */
export function tellFirmwareStatus(station: Commanded, isSigned: boolean): void {
  const { job, status = 'Idle' } = station.facilities.firmware ?? {};
  // Nothing under way, or done already: Idle (1.6 section 4.5, L01.FR.25).
  const current = job === undefined ? 'Idle' : status;
  send(station, current, job?.requestId, isSigned);
}

type Request = {
  readonly requestId: number | undefined;
  readonly firmware: OCPP21.UpdateFirmwareRequest['firmware'];
  readonly retries?: number | undefined;
  readonly retryInterval?: number | undefined;
};

function update(station: Commanded, request: Request): Answer {
  const { signingCertificate: certificate } = request.firmware;
  if (certificate !== undefined && !isCertificate(certificate)) {
    station.tellSecurity('InvalidFirmwareSigningCertificate');
    return result({ status: 'InvalidCertificate' });
  }
  const isBusy = station.facilities.firmware?.job !== undefined;
  const job = jobOf(request);
  return result({ status: isBusy ? 'AcceptedCanceled' : 'Accepted' }, () => begin(station, job));
}

function jobOf({ requestId, firmware, retries, retryInterval }: Request): Job {
  const { location, retrieveDateTime, installDateTime, signingCertificate, signature } = firmware;
  const isSigned = signingCertificate !== undefined && signature !== undefined;
  return {
    requestId,
    location,
    retrieveAtMs: Date.parse(retrieveDateTime),
    installAtMs: installDateTime === undefined ? 0 : Date.parse(installDateTime),
    signature: isSigned ? { certificate: signingCertificate, bytes: Buffer.from(signature, 'base64') } : undefined,
    retries: retries ?? 0,
    retryIntervalSeconds: retryInterval ?? retryIntervalSecondsByDefault,
    isCanceled: false,
    timer: undefined,
  };
}

function begin(station: Commanded, job: Job): void {
  const jobs = jobsOf(station);
  if (jobs.job !== undefined) abandon(jobs.job);
  jobs.job = job;
  void run(station, job);
}

function jobsOf(station: Commanded): FirmwareJobs {
  station.facilities.firmware ??= { job: undefined, status: 'Idle', published: new Map() };
  return station.facilities.firmware;
}

/** The job from its first to its last word; a newer one silences it. */
async function run(station: Commanded, job: Job): Promise<void> {
  const waitMs = job.retrieveAtMs - station.now();
  if (waitMs > 0) {
    tell(station, job, 'DownloadScheduled');
    // A moment that a platform has named: no time scale shortens that.
    await new Promise<void>((resolve) => void (job.timer = station.clock.deadline(waitMs, resolve)));
  }
  const bytes = await downloaded(station, job);
  if (bytes === 'failed') return finish(station, job, 'DownloadFailed');
  tell(station, job, 'Downloaded');
  if (job.signature !== undefined) {
    if (!isSignatureValid(job.signature, bytes) || station.vendor.failsFirmware === 'signature') {
      station.tellSecurity('InvalidFirmwareSignature');
      return finish(station, job, 'InvalidSignature');
    }
    tell(station, job, 'SignatureVerified');
  }
  await install(station, job);
}

async function downloaded(station: Commanded, job: Job): Promise<Buffer | 'played' | 'failed'> {
  for (let attempt = 0; attempt <= job.retries && !job.isCanceled; attempt++) {
    if (attempt > 0) await pause(station, job, job.retryIntervalSeconds * 1000);
    tell(station, job, 'Downloading');
    if (!isOwnMachine(job.location)) await pause(station, job, playedDownloadMs);
    const bytes = isOwnMachine(job.location) ? await download(job.location) : 'played';
    if (bytes !== undefined && station.vendor.failsFirmware !== 'download') return bytes;
  }
  return 'failed';
}

async function install(station: Commanded, job: Job): Promise<void> {
  const isDue = (): boolean =>
    station.now() >= job.installAtMs && station.commandedEvses.every((evse) => evse.session === undefined);
  if (!isDue()) {
    tell(station, job, 'InstallScheduled');
    station.quiesce();
    while (!isDue() && !job.isCanceled) await pause(station, job, idlePollMs);
  }
  if (job.isCanceled) return;
  tell(station, job, 'Installing');
  await pause(station, job, installMs);
  if (job.isCanceled) return;
  if (station.vendor.failsFirmware === 'install') {
    station.resume();
    return finish(station, job, 'InstallationFailed');
  }
  tell(station, job, 'InstallRebooting');
  await station.spoken();
  if (job.isCanceled) return;
  station.firmwareVersion = versionOf(job.location);
  station.rebootWith('firmware-update', () => finish(station, job, 'Installed'));
}

/** `…/fleet-2.1.0.bin` is version 2.1.0. */
function versionOf(location: string): string {
  return /(\d+\.\d+(?:\.\d+)*)/.exec(basename(location))?.[1] ?? '2.0.0';
}

function finish(station: Commanded, job: Job, status: Status): void {
  tell(station, job, status);
  const jobs = jobsOf(station);
  if (jobs.job === job) jobs.job = undefined;
}

function tell(station: Commanded, job: Job, status: Status): void {
  if (job.isCanceled) return;
  jobsOf(station).status = status;
  send(station, status, job.requestId, job.requestId !== undefined);
}

function send(station: Commanded, status: Status, requestId: number | undefined, isSigned: boolean): void {
  const is16 = station.version === '1.6';
  const isPlain = is16 && !isSigned;
  if (isPlain && !plainStatuses.has(status)) return;
  const action = is16 && isSigned ? 'SignedFirmwareStatusNotification' : 'FirmwareStatusNotification';
  // Idle belongs to no request (L01.FR.20).
  const isAnonymous = requestId === undefined || status === 'Idle' || isPlain;
  station.tellDurably({ action, payload: isAnonymous ? { status } : { status, requestId } });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function isSignatureValid(signature: { certificate: string; bytes: Buffer }, bytes: Buffer | 'played'): boolean {
  if (bytes === 'played') return signature.bytes.length > 0;
  try {
    const verify = createVerify('sha256').update(bytes);
    return verify.verify(new X509Certificate(signature.certificate).publicKey, signature.bytes);
  } catch {
    return false;
  }
}

async function publish(
  station: Commanded,
  job: { readonly location: string; readonly checksum: string; readonly requestId: number },
): Promise<void> {
  const { requestId } = job;
  const say = (payload: OCPP21.PublishFirmwareStatusNotificationRequest): void =>
    station.tellDurably({ action: 'PublishFirmwareStatusNotification', payload });
  say({ status: 'Downloading', requestId });
  await pause(station, undefined, playedDownloadMs);
  if (station.vendor.failsFirmware === 'download') return say({ status: 'DownloadFailed', requestId });
  for (const status of ['Downloaded', 'ChecksumVerified'] as const) say({ status, requestId });
  const location = `http://${station.identity.stationId.toLowerCase()}.local/firmware/${job.checksum}`;
  jobsOf(station).published.set(job.checksum, location);
  say({ status: 'Published', requestId, location: [location] });
}

function pause(station: Commanded, job: Job | undefined, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = station.clock.after(waitMs, resolve);
    if (job !== undefined) job.timer = timer;
  });
}
