// Makes a job of what an operator wants: checked as each station's command would be, its stations selected, its waves cut.
import { randomUUID } from 'node:crypto';
import { sourceOf } from '../domain/file-source.ts';
import type { Caller, Problem } from '#kit/http';
import type { CampaignInput, BulkInput } from '../api/bulk-schemas.ts';
import { checkCommand } from '../api/command-body.ts';
import type { CommandInput } from '../api/command-schemas.ts';
import { exclusionOf } from '../domain/firmware-rollout.ts';
import { mixed, waveSizes } from '../domain/rollout.ts';
import type { RefOf } from '../domain/shown-parameters.ts';
import { secretWrites, tooLarge } from '../domain/wish.ts';
import { locationFaults } from '../file-location.ts';
import { findFile } from '../files/register.ts';
import { findJob, type CampaignTerms, type Job, type JobKind, type JobTerms } from './jobs.ts';
import { isRepeated, jobIdOf, otherRequest, type AskedTerms } from './repeated-job.ts';
import { select, versionsOf, type Selection, type SelectionParts } from './selection.ts';

export type NewJob =
  | { readonly kind: 'made'; readonly job: Job; readonly stationIds: readonly string[] }
  /** The same was asked for under this key before. */
  | { readonly kind: 'known'; readonly job: Job }
  | { readonly kind: 'refused'; readonly problem: Problem };

type Refused = Extract<NewJob, { kind: 'refused' }>;

export type NewJobParts = SelectionParts & { readonly refOf: RefOf; now(): number };
type Wanted = { readonly caller: Caller; readonly idempotencyKey: string | undefined };

const refused = (problem: Problem): Refused => ({ kind: 'refused', problem });
const notValid = (violations: Problem['violations'] = []): Refused =>
  refused({ status: 400, title: 'The request is not valid', violations });
const namedMax = 20;

export async function newBulkJob(parts: NewJobParts, input: BulkInput, wanted: Wanted): Promise<NewJob> {
  const { intent, parameters, expiresInSeconds } = input;
  const given = { intent, parameters, ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }) };
  const command = checkedCommand(given);
  if ('kind' in command) return command;
  const asked = { ...termsOf(input, command), campaign: null };
  const known = await knownJob(parts, 'commands', asked, wanted);
  if (known !== undefined) return known;
  const selected = await selectedFor(parts, command, input.selection, wanted.caller);
  if ('kind' in selected) return selected;
  const { stationIds } = selected;
  const terms = { ...asked, waves: [stationIds.length] };
  return { kind: 'made', job: jobOf(parts, 'commands', terms, wanted), stationIds };
}

export async function newCampaign(parts: NewJobParts, input: CampaignInput, wanted: Wanted): Promise<NewJob> {
  const { canaries = 1, waves = [] } = input;
  const campaign = campaignIn(input);
  if (campaign.hours !== null && !isTimeZone(campaign.hours.timeZone))
    return notValid([{ path: 'body/hours/timeZone', message: 'is no time zone' }]);
  const command = checkedCommand(updateOf(input, parts.now()));
  if ('kind' in command) return command;
  const asked = { ...termsOf(input, command), campaign };
  const known = await knownJob(parts, 'firmware', asked, wanted);
  if (known !== undefined) return known;
  const selected = await selectedFor(parts, command, input.selection, wanted.caller);
  if ('kind' in selected) return selected;
  const { stationIds } = selected;
  const versions = await versionsOf(parts.database, wanted.caller.tenantId, stationIds);
  const eligible = stationIds.filter((id) => exclusionOf(versions.get(id) ?? null, campaign) === undefined);
  const detail = 'All have the version, or none that is named.';
  if (eligible.length === 0) return refused({ status: 422, title: 'No station is eligible', detail });
  const terms = { ...asked, waves: waveSizes(eligible.length, canaries, waves) };
  const job = jobOf(parts, 'firmware', terms, wanted);
  return { kind: 'made', job, stationIds: mixed(job.jobId, eligible) };
}

function campaignIn(input: CampaignInput): CampaignTerms {
  const { targetVersion, fromVersions = null, hours = null, reachWithinHours = 72, installWithinMinutes = 120 } = input;
  return { targetVersion, fromVersions, hours, reachWithinHours, installWithinMinutes };
}

/** When a station begins is said anew when it is asked. */
function updateOf({ fileId, signed, retries, retryIntervalSeconds }: CampaignInput, nowMs: number): CommandInput {
  const given = { fileId, signed, retries, retryIntervalSeconds, retrieveAt: new Date(nowMs).toISOString() };
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  return { intent: 'UpdateFirmware', parameters: Object.fromEntries(told) };
}

/** Asked before anything that may have changed since: stations that have the version by now, a file that is deleted. */
async function knownJob(
  { database, refOf }: NewJobParts,
  kind: JobKind,
  asked: AskedTerms,
  { caller: { tenantId }, idempotencyKey }: Wanted,
): Promise<NewJob | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const job = await findJob(database, tenantId, jobIdOf(tenantId, kind, idempotencyKey));
  if (job === undefined) return undefined;
  return isRepeated(job, asked, refOf) ? { kind: 'known', job } : refused(otherRequest);
}

/** What would be refused at every station is refused at once. */
function checkedCommand(asked: CommandInput): CommandInput | Refused {
  const { error, value: command } = checkCommand(asked);
  if (error !== undefined) {
    const violations = error.map(({ instancePath, message }) => ({ path: `body${instancePath}`, message }));
    return { kind: 'refused', problem: { status: 400, title: 'The request is not valid', violations } };
  }
  const secrets = secretWrites(command);
  if (secrets.length > 0) {
    const problem = { status: 422, title: 'A secret is not written by a command', violations: secrets };
    return { kind: 'refused', problem };
  }
  const large = tooLarge(command);
  const source = sourceOf(command.intent, command.parameters);
  const faulty = source.kind === 'faulty' ? source.violations : [];
  const violations = [...(large === undefined ? [] : [large]), ...faulty, ...locationFaults(command)];
  if (violations.length === 0) return command;
  return { kind: 'refused', problem: { status: 400, title: 'The request is not valid', violations } };
}

async function missingFile(
  { database }: NewJobParts,
  { tenantId }: Caller,
  { intent, parameters }: CommandInput,
): Promise<Refused | undefined> {
  const source = sourceOf(intent, parameters);
  if (source.kind !== 'file') return undefined;
  if ((await findFile(database, tenantId, source.fileId, 'operator')) !== undefined) return undefined;
  return refused({ status: 422, title: 'No such file', detail: source.fileId });
}

async function selectedFor(
  parts: NewJobParts,
  command: CommandInput,
  selection: Selection,
  caller: Caller,
): Promise<{ readonly stationIds: readonly string[] } | Refused> {
  const { tenantId } = caller;
  const missing = await missingFile(parts, caller, command);
  if (missing !== undefined) return missing;
  const { stationIds, unknown } = await select(parts, tenantId, selection);
  if (unknown.length > 0) {
    const message = `not registered: ${unknown.slice(0, namedMax).join(', ')}${unknown.length > namedMax ? ' …' : ''}`;
    return notValid([{ path: 'body/selection/stationIds', message }]);
  }
  if (stationIds.length === 0) return refused({ status: 422, title: 'No station is selected' });
  return { stationIds };
}

function termsOf(
  input: BulkInput | CampaignInput,
  { intent, parameters, expiresInSeconds }: CommandInput,
): Omit<JobTerms, 'waves' | 'campaign'> {
  const { name, selection, pacePerMinute = 60, stopAtFailedPercent } = input;
  const asked = { intent, parameters, expiresInSeconds: expiresInSeconds ?? null };
  return { name: name ?? null, selection, ...asked, pacePerMinute, stopAtFailedPercent: stopAtFailedPercent ?? null };
}

function jobOf({ now }: NewJobParts, kind: Job['kind'], terms: JobTerms, { caller, idempotencyKey }: Wanted): Job {
  const { tenantId, actor } = caller;
  const jobId = idempotencyKey === undefined ? randomUUID() : jobIdOf(tenantId, kind, idempotencyKey);
  const at = now();
  const times = { waveStartedAtMs: at, nextAskAtMs: at, createdAtMs: at, createdBy: actor, endedAtMs: null };
  return { tenantId, jobId, kind, terms, state: 'running', why: null, wave: 0, ...times };
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
