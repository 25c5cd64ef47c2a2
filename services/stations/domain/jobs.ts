// Jobs of a station, firmware or logs: each with the statuses that it went through, the last 20 kept.
import type { FirmwareStatusChanged, LogStatusChanged } from '#contracts/generated/types';
import type { Told } from './standing.ts';

export type JobStatus = {
  readonly status: string;
  readonly at: number;
  readonly recordedAt: number;
  readonly epoch: number;
};

export type Job<Terms> = {
  readonly requestId: number | null;
  readonly startedAt: number;
  /** In the order they count; the last one is the status of the job. */
  readonly statuses: readonly JobStatus[];
  readonly terms: Terms;
};

export type FirmwareTerms = Pick<
  FirmwareStatusChanged,
  'job' | 'retrieveAt' | 'installAt' | 'signed' | 'checksum' | 'locations' | 'detail'
>;
export type LogTerms = Pick<LogStatusChanged, 'logType' | 'fileName' | 'detail'>;

export type FirmwareJobs = readonly Job<FirmwareTerms>[];
export type LogJobs = readonly Job<LogTerms>[];

export const jobsKeptMax = 20;
export const statusesKeptMax = 50;

const firmwareEnds = new Set([
  'Installed',
  'InstallationFailed',
  'InstallVerificationFailed',
  'InvalidSignature',
  'InvalidCertificate',
  'RevokedCertificate',
  'DownloadFailed',
  'Rejected',
  'Published',
  'PublishFailed',
  'InvalidChecksum',
  'Unpublished',
  'NoFirmware',
]);
const logEnds = new Set([
  'Uploaded',
  'UploadFailed',
  'UploadFailure',
  'BadMessage',
  'NotSupportedOperation',
  'PermissionDenied',
  'Rejected',
]);
/** What a station that is asked says when it has no job (1.6 4.5, 2.x L01): no step of any. */
const idle = 'Idle';

export function firmwareJobsAfter(jobs: FirmwareJobs | null, event: FirmwareStatusChanged, told: Told): FirmwareJobs {
  const { job, retrieveAt, installAt, signed, checksum, locations, detail } = event;
  return jobsAfter(jobs ?? [], event, told, {
    terms: { job, retrieveAt, installAt, signed, checksum, locations, detail },
    ends: firmwareEnds,
    isKin: (terms) => terms.job === job,
    merge: (known, told_) => ({
      job: known.job,
      retrieveAt: told_.retrieveAt ?? known.retrieveAt,
      installAt: told_.installAt ?? known.installAt,
      signed: told_.signed ?? known.signed,
      checksum: told_.checksum ?? known.checksum,
      locations: told_.locations.length > 0 ? told_.locations : known.locations,
      detail: told_.detail ?? known.detail,
    }),
  });
}

export function logJobsAfter(jobs: LogJobs | null, event: LogStatusChanged, told: Told): LogJobs {
  const { logType, fileName, detail } = event;
  return jobsAfter(jobs ?? [], event, told, {
    terms: { logType, fileName, detail },
    ends: logEnds,
    // 2.x does not say the type with a status.
    isKin: (terms) => logType === '' || terms.logType === '' || terms.logType === logType,
    merge: (known, told_) => ({
      logType: known.logType === '' ? told_.logType : known.logType,
      fileName: told_.fileName ?? known.fileName,
      detail: told_.detail ?? known.detail,
    }),
  });
}

type Step = { readonly requestId: number | null; readonly status: string; readonly answered: boolean };

type Kind<Terms> = {
  readonly terms: Terms;
  readonly ends: ReadonlySet<string>;
  isKin(terms: Terms): boolean;
  merge(known: Terms, told: Terms): Terms;
};

function jobsAfter<Terms>(
  jobs: readonly Job<Terms>[],
  step: Step,
  told: Told,
  kind: Kind<Terms>,
): readonly Job<Terms>[] {
  const { status, requestId } = step;
  if (status === idle && requestId === null) return jobs;
  const job = jobOf(jobs, step, kind);
  const reached = { status, at: told.at, recordedAt: told.recordedAt, epoch: told.epoch };
  if (job === undefined) {
    const begun = { requestId, startedAt: told.recordedAt, statuses: [reached], terms: kind.terms };
    return [...jobs, begun].slice(-jobsKeptMax);
  }
  const statuses = withStatus(job.statuses, reached);
  const moved = { ...job, statuses, terms: kind.merge(job.terms, kind.terms) };
  return jobs.map((each) => (each === job ? moved : each));
}

/** The job that a status is a step of: the one of its request; without a number, the newest that is not over. */
function jobOf<Terms>(jobs: readonly Job<Terms>[], step: Step, kind: Kind<Terms>): Job<Terms> | undefined {
  const { requestId, answered, status } = step;
  const newest = jobs.findLast((job) => job.requestId === requestId && kind.isKin(job.terms));
  if (newest === undefined || requestId !== null) return newest;
  if (answered) return undefined;
  // The end of a job is often told again, e.g. after a boot or when it is asked for.
  const last = newest.statuses.at(-1)?.status ?? '';
  return kind.ends.has(last) && last !== status ? undefined : newest;
}

/** What an older connection tells late goes before what a newer one told: it is history, and never the status. */
function withStatus(statuses: readonly JobStatus[], reached: JobStatus): readonly JobStatus[] {
  const place = statuses.findLastIndex(({ epoch }) => epoch <= reached.epoch) + 1;
  return [...statuses.slice(0, place), reached, ...statuses.slice(place)].slice(-statusesKeptMax);
}
