// /v1/bulk-commands and /v1/firmware-campaigns: asking many stations for something, how far it is, pausing and ending it.
import type { FastifyReply } from 'fastify';
import { problem, type Caller, type HttpApi } from '#kit/http';
import { pageOf, problems } from '#kit/http-schemas';
import type { Database } from '#kit/postgres';
import {
  addJob,
  changeState,
  countStations,
  findJob,
  listJobs,
  listStations,
  type Change,
  type Job,
  type JobKind,
} from '../bulk/jobs.ts';
import { newBulkJob, newCampaign, type NewJob, type NewJobParts } from '../bulk/new-job.ts';
import { isRepeated, otherRequest } from '../bulk/repeated-job.ts';
import {
  bulkInput,
  campaignInput,
  job as jobSchema,
  jobParams,
  jobQuery,
  jobStation,
  jobStationQuery,
  type JobView,
} from './bulk-schemas.ts';
import { viewOfJob, viewOfStation } from './bulk-views.ts';
import { commandHeaders } from './command-schemas.ts';
import { beginOf, limitOf, pageOfRows, refuseCursor } from './page.ts';

export type BulkApiParts = NewJobParts;

const kinds = [
  { kind: 'commands', path: '/v1/bulk-commands', what: 'bulk command' },
  { kind: 'firmware', path: '/v1/firmware-campaigns', what: 'firmware campaign' },
] as const;
type Kind = (typeof kinds)[number];

const tags = ['bulk'];

export function addBulkRoutes(api: HttpApi, parts: BulkApiParts): void {
  addMaking(api, parts);
  for (const kind of kinds) {
    addReading(api, parts, kind);
    addStations(api, parts, kind);
    for (const control of controls) addControl(api, parts, kind, control);
  }
}

function addMaking(api: HttpApi, parts: BulkApiParts): void {
  const response = { 200: jobSchema, 202: jobSchema, ...problems };
  api.post(
    '/v1/bulk-commands',
    {
      schema: {
        tags,
        summary: 'Ask many stations for the same',
        headers: commandHeaders,
        body: bulkInput,
        response,
      },
    },
    async ({ caller, headers, body }, reply) => {
      if (caller.role === 'viewer') return refuseViewer(reply);
      const made = await newBulkJob(parts, body, { caller, idempotencyKey: headers['idempotency-key'] });
      return answerMade(parts, made, reply);
    },
  );
  api.post(
    '/v1/firmware-campaigns',
    {
      schema: {
        tags,
        summary: 'Bring stations to a firmware version: canaries first, then in waves, never during a session',
        headers: commandHeaders,
        body: campaignInput,
        response,
      },
    },
    async ({ caller, headers, body }, reply) => {
      if (caller.role === 'viewer') return refuseViewer(reply);
      const made = await newCampaign(parts, body, { caller, idempotencyKey: headers['idempotency-key'] });
      return answerMade(parts, made, reply);
    },
  );
}

/** The same key with the same request is the same job, whatever its stations, or its file, have become since. */
async function answerMade(parts: BulkApiParts, made: NewJob, reply: FastifyReply): Promise<FastifyReply> {
  if (made.kind === 'refused') return problem(reply, made.problem);
  if (made.kind === 'known') return reply.code(200).send(await viewOf(parts, made.job));
  const { job, stationIds } = made;
  if (await addJob(parts.database, job, stationIds, parts.refOf)) return reply.code(202).send(await viewOf(parts, job));
  // Asked twice at once.
  const known = await findJob(parts.database, job.tenantId, job.jobId);
  if (known !== undefined && isRepeated(known, job.terms, parts.refOf))
    return reply.code(200).send(await viewOf(parts, known));
  return problem(reply, otherRequest);
}

function addReading(api: HttpApi, parts: BulkApiParts, { kind, path, what }: Kind): void {
  const { database } = parts;
  api.get(
    path,
    {
      schema: {
        tags,
        summary: `List ${what}s, the newest first`,
        querystring: jobQuery,
        response: { 200: pageOf(jobSchema), ...problems },
      },
    },
    async ({ caller: { tenantId }, query }, reply) => {
      const begin = beginOf(query, [0, '']);
      if (begin === undefined) return refuseCursor(reply);
      const limit = limitOf(query);
      const before = begin === null ? null : ([Number(begin[0]), String(begin[1])] as const);
      const jobs = await listJobs(database, { tenantId, kind }, { before, limit: limit + 1 });
      const page = pageOfRows(jobs, limit, {
        sortKey: ({ createdAtMs, jobId }) => [createdAtMs, jobId],
        present: (each) => each,
      });
      const items = await Promise.all(page.items.map((each) => viewOf(parts, each)));
      return reply.send({ items, nextCursor: page.nextCursor });
    },
  );
  api.get(
    `${path}/:jobId`,
    { schema: { tags, summary: `Read a ${what}`, params: jobParams, response: { 200: jobSchema, ...problems } } },
    async ({ caller, params: { jobId } }, reply) => {
      const found = await ofKind(database, caller, kind, jobId);
      return found === undefined ? answerUnknown(reply, jobId) : reply.send(await viewOf(parts, found));
    },
  );
}

function addStations(api: HttpApi, { database }: BulkApiParts, { kind, path, what }: Kind): void {
  api.get(
    `${path}/:jobId/stations`,
    {
      schema: {
        tags,
        summary: `List the stations of a ${what}, in the order in which they are asked`,
        params: jobParams,
        querystring: jobStationQuery,
        response: { 200: pageOf(jobStation), ...problems },
      },
    },
    async ({ caller, params: { jobId }, query }, reply) => {
      const begin = beginOf(query, [0]);
      if (begin === undefined) return refuseCursor(reply);
      const found = await ofKind(database, caller, kind, jobId);
      if (found === undefined) return answerUnknown(reply, jobId);
      const limit = limitOf(query);
      const asked = { after: Number(begin?.[0] ?? 0), limit: limit + 1, state: query.state ?? null };
      const rows = await listStations(database, found, asked);
      return reply.send(pageOfRows(rows, limit, { sortKey: ({ position }) => [position], present: viewOfStation }));
    },
  );
}

type Control = { readonly verb: string; readonly summary: string } & Pick<Change, 'from' | 'to'>;

const controls: readonly Control[] = [
  { verb: 'pause', summary: 'Ask no further station for now', from: ['running'], to: 'paused' },
  { verb: 'resume', summary: 'Go on', from: ['paused'], to: 'running' },
  { verb: 'cancel', summary: 'Ask no further station, ever', from: ['running', 'paused'], to: 'cancelled' },
];

/** Asked a second time it changes nothing; stations that were asked already go on, and are counted. */
function addControl(api: HttpApi, parts: BulkApiParts, { kind, path, what }: Kind, control: Control): void {
  const { verb, summary, from, to } = control;
  api.post(
    `${path}/:jobId/${verb}`,
    {
      schema: {
        tags,
        summary: `${summary}: ${verb} a ${what}`,
        params: jobParams,
        response: { 200: jobSchema, ...problems },
      },
    },
    async ({ caller, params: { jobId } }, reply) => {
      if (caller.role === 'viewer') return refuseViewer(reply);
      const { database, now } = parts;
      const found = await ofKind(database, caller, kind, jobId);
      if (found === undefined) return answerUnknown(reply, jobId);
      const why = to === 'running' ? null : `${to} by ${caller.actor}`;
      const isChanged = await changeState(database, found, { from, to, why, atMs: now() });
      const current = await findJob(database, caller.tenantId, jobId);
      if (current === undefined) return answerUnknown(reply, jobId);
      if (isChanged || current.state === to) return reply.send(await viewOf(parts, current));
      return problem(reply, { status: 409, title: `It is ${current.state}`, detail: current.why ?? jobId });
    },
  );
}

async function ofKind(
  database: Database,
  { tenantId }: Caller,
  kind: JobKind,
  jobId: string,
): Promise<Job | undefined> {
  const found = await findJob(database, tenantId, jobId);
  return found?.kind === kind ? found : undefined;
}

async function viewOf({ database, refOf }: BulkApiParts, job: Job): Promise<JobView> {
  return viewOfJob(job, await countStations(database, job), refOf);
}

function answerUnknown(reply: FastifyReply, jobId: string): FastifyReply {
  return problem(reply, { status: 404, title: 'No such job', detail: jobId });
}

function refuseViewer(reply: FastifyReply): FastifyReply {
  return problem(reply, { status: 403, title: 'A viewer may not command stations' });
}
