// /v1/files: firmware that operators give us; /v1/stations/{id}/files: what stations uploaded.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { fileIdPattern } from '#contracts/commands/firmware';
import { problem, type HttpApi } from '#kit/http';
import { nullable, pageOf, paging, problems, strict } from '#kit/http-schemas';
import type { Database } from '#kit/postgres';
import type { Disk } from '../files/disk.ts';
import {
  addFile,
  bytesStored,
  findFile,
  listFirmware,
  listUploads,
  removeFirmware,
  type StoredFile,
} from '../files/register.ts';
import { beginOf, isoOf, limitOf, pageOfRows, refuseCursor } from './page.ts';
import { instant, stationParams } from './schemas.ts';

export type FileApiParts = {
  readonly database: Database;
  readonly disk: Disk;
  readonly firmwareBytesMax: number;
  readonly storedBytesMax: number;
  now(): number;
};

const tags = ['files'];
const uploadsShownMax = 200;

const file = Type.Object({
  fileId: Type.String(),
  name: Type.String(),
  stationId: nullable(Type.String({ description: 'The station that uploaded it; null of firmware' })),
  bytes: Type.Integer(),
  sha256: Type.String({ description: 'Hex' }),
  md5: Type.String({ description: 'Hex; what PublishFirmware asks for' }),
  createdAt: instant,
  createdBy: Type.String(),
  expiresAt: nullable(instant),
});

const fileParams = Type.Object({ fileId: Type.String({ pattern: fileIdPattern }) });
const uploadParams = Type.Object({
  ...stationParams.properties,
  fileId: Type.String({ minLength: 1, maxLength: 100 }),
});
const nameQuery = Type.Object(
  {
    name: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9._-]{1,100}$', description: 'How its URL ends; by default the id' }),
    ),
  },
  strict,
);
const bytes = Type.Unsafe<Readable>({ description: 'The bytes of the file, application/octet-stream' });

export function addFileRoutes(api: HttpApi, parts: FileApiParts): void {
  // Bodies of this route alone are streams: they are larger than what is parsed elsewhere.
  void api.register(async (inner) => {
    inner.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
    addTaking(inner, parts);
  });
  addReading(api, parts);
  addUploads(api, parts);
}

function addTaking(api: HttpApi, parts: FileApiParts): void {
  api.put(
    '/v1/files/:fileId',
    {
      schema: {
        tags,
        summary: 'Give us a firmware file; the same bytes again change nothing, other bytes are refused',
        consumes: ['application/octet-stream'],
        params: fileParams,
        querystring: nameQuery,
        body: bytes,
        response: { 200: file, 201: file, ...problems },
      },
    },
    async ({ caller, params: { fileId }, query, body }, reply) => {
      if (caller.role === 'viewer') return problem(reply, { status: 403, title: 'A viewer may not give files' });
      const { database, disk, firmwareBytesMax, storedBytesMax, now } = parts;
      if ((await bytesStored(database)) >= storedBytesMax)
        return problem(reply, { status: 507, title: 'No room is left for files', detail: 'Delete some first.' });
      const stored = await disk.write(body, firmwareBytesMax);
      if (stored === undefined)
        return problem(reply, { status: 413, title: `A file has at most ${firmwareBytesMax} bytes` });
      const { tenantId, actor } = caller;
      const made: StoredFile = {
        ...stored,
        tenantId,
        fileId,
        kind: 'firmware',
        stationId: null,
        name: query.name ?? fileId,
        createdAtMs: now(),
        createdBy: actor,
        expiresAtMs: null,
      };
      if (await addFile(database, made)) return reply.code(201).send(viewOf(made));
      await disk.remove(stored.storedAs);
      const known = await findFile(database, tenantId, fileId, 'firmware');
      if (known?.sha256 === stored.sha256) return reply.send(viewOf(known));
      return problem(reply, { status: 409, title: 'The file has other bytes; take a new id', detail: fileId });
    },
  );
}

function addReading(api: HttpApi, { database, now }: FileApiParts): void {
  api.get(
    '/v1/files',
    {
      schema: {
        tags,
        summary: 'List firmware files, by id',
        querystring: Type.Object(paging, strict),
        response: { 200: pageOf(file), ...problems },
      },
    },
    async ({ caller, query }, reply) => {
      const begin = beginOf(query, ['']);
      if (begin === undefined) return refuseCursor(reply);
      const limit = limitOf(query);
      const rows = await listFirmware(database, caller.tenantId, String(begin?.[0] ?? ''), limit + 1);
      return reply.send(pageOfRows(rows, limit, { sortKey: ({ fileId }) => [fileId], present: viewOf }));
    },
  );
  api.get(
    '/v1/files/:fileId',
    {
      schema: { tags, summary: 'Read about a firmware file', params: fileParams, response: { 200: file, ...problems } },
    },
    async ({ caller, params: { fileId } }, reply) => {
      const found = await findFile(database, caller.tenantId, fileId, 'firmware');
      return found === undefined ? answerUnknown(reply, fileId) : reply.send(viewOf(found));
    },
  );
  api.delete(
    '/v1/files/:fileId',
    {
      schema: {
        tags,
        summary: 'Delete a firmware file; refused while a station may be reading it',
        params: fileParams,
        response: { 204: Type.Null({ description: 'Done' }), ...problems },
      },
    },
    async ({ caller: { tenantId, role }, params: { fileId } }, reply) => {
      if (role === 'viewer') return problem(reply, { status: 403, title: 'A viewer may not delete files' });
      const outcome = await removeFirmware(database, { tenantId, fileId }, now());
      if (outcome === 'unknown') return answerUnknown(reply, fileId);
      if (outcome === 'in-use')
        return problem(reply, { status: 409, title: 'A link to the file, or a campaign with it, is open' });
      return reply.code(204).send(null);
    },
  );
}

function addUploads(api: HttpApi, { database, disk }: FileApiParts): void {
  api.get(
    '/v1/stations/:stationId/files',
    {
      schema: {
        tags,
        summary: 'List what a station uploaded, the newest first; each is named by its command',
        params: stationParams,
        response: { 200: Type.Object({ items: Type.Array(file) }), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }) => ({
      items: (await listUploads(database, tenantId, stationId, uploadsShownMax)).map(viewOf),
    }),
  );
  api.get(
    '/v1/stations/:stationId/files/:fileId/content',
    {
      schema: {
        tags,
        summary: 'Download what a station uploaded',
        produces: ['application/octet-stream'],
        params: uploadParams,
        response: { 200: bytes, ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId, fileId } }, reply) => {
      const found = await findFile(database, tenantId, fileId, 'upload');
      if (found === undefined || found.stationId !== stationId) return answerUnknown(reply, fileId);
      // What a station wrote is never shown by a browser, only saved.
      return reply
        .header('content-type', 'application/octet-stream')
        .header('content-length', found.bytes)
        .header('content-disposition', `attachment; filename="${found.name}"`)
        .header('x-content-type-options', 'nosniff')
        .send(found.bytes === 0 ? Readable.from([]) : disk.read(found.storedAs, 0, found.bytes - 1));
    },
  );
}

function answerUnknown(reply: FastifyReply, fileId: string): FastifyReply {
  return problem(reply, { status: 404, title: 'No such file', detail: fileId });
}

function viewOf(stored: StoredFile): Static<typeof file> {
  const { fileId, name, stationId, bytes: size, sha256, md5, createdAtMs, createdBy, expiresAtMs } = stored;
  const times = { createdAt: isoOf(createdAtMs), expiresAt: isoOf(expiresAtMs) };
  return { fileId, name, stationId, bytes: size, sha256, md5, createdBy, ...times };
}
