// A campaign's view of one station: whether it takes part, and whether its installation failed.
import type { FirmwareJobs } from './jobs.ts';

export type FirmwareTerms = {
  readonly targetVersion: string;
  /** Only stations of these versions take part; null: of any other than the target. */
  readonly fromVersions: readonly string[] | null;
};

/** Undefined where it takes part. @param version as it told at its last boot; null: it never did. */
export function exclusionOf(
  version: string | null,
  { targetVersion, fromVersions }: FirmwareTerms,
): 'hasTarget' | 'otherVersion' | undefined {
  if (version === targetVersion) return 'hasTarget';
  if (fromVersions === null) return undefined;
  return version !== null && fromVersions.includes(version) ? undefined : 'otherVersion';
}

const failures: ReadonlySet<string> = new Set([
  'DownloadFailed',
  'InstallationFailed',
  'InstallVerificationFailed',
  'InvalidSignature',
  'InvalidCertificate',
  'RevokedCertificate',
]);

/** The status that ended an update that was asked for at this time; undefined as long as it may succeed. */
export function installFailure(jobs: FirmwareJobs, askedAtMs: number): string | undefined {
  const last = jobs
    .filter(({ terms }) => terms.job === 'update')
    .flatMap(({ statuses }) => statuses.slice(-1))
    .filter(({ recordedAt }) => recordedAt >= askedAtMs)
    .toSorted((a, b) => a.recordedAt - b.recordedAt)
    .at(-1);
  return last !== undefined && failures.has(last.status) ? last.status : undefined;
}
