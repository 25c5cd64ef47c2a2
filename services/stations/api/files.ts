// /v1/files: firmware that operators give us; /v1/stations/{id}/files: what stations uploaded.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { fileIdPattern } from '#contracts/commands/firmware';
import { problem, type Caller, type HttpApi, type Problem } from '#kit/http';
import { nullable, pageOf, paging, problems, strict } from '#kit/http-schemas';
import type { Database } from '#kit/postgres';
import type { Disk } from '../files/disk.ts';
import {
  addFile,
  findFile,
  listFirmware,
  listUploads,
  removeFirmware,
  usageOf,
  type StoredFile,
} from '../files/register.ts';
import { counted, type NoRoom, type Place, type Room } from '../files/room.ts';
import { beginOf, isoOf, limitOf, pageOfRows, refuseCursor } from './page.ts';
import { instant, stationParams } from './schemas.ts';

export type FileApiParts = {
  readonly database: Database;
  readonly disk: Disk;
  readonly room: Room;
  readonly firmwareBytesMax: number;
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
  truncated: Type.Boolean({ description: 'Its line broke: it is what came before. A whole upload replaces it' }),
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
  addStorage(api, parts);
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
      if (!(body instanceof Readable))
        return problem(reply, { status: 415, title: 'A file comes as application/octet-stream' });
      const place = await parts.room.enter(caller.tenantId, parts.firmwareBytesMax);
      if ('refused' in place) return answerNoRoom(reply, parts, place.refused);
      try {
        return await takeFirmware(parts, reply, { caller, place, body, fileId, name: query.name ?? fileId });
      } finally {
        place.leave();
      }
    },
  );
}

type Given = {
  readonly caller: Caller;
  readonly place: Place;
  readonly body: Readable;
  readonly fileId: string;
  readonly name: string;
};

async function takeFirmware(parts: FileApiParts, reply: FastifyReply, given: Given): Promise<FastifyReply> {
  const { database, disk, room, now } = parts;
  const { caller, fileId, name } = given;
  const written = await disk.write(given.body.iterator({ destroyOnReturn: false }), given.place);
  if (written.kind === 'refused') return answerNoRoom(reply, parts, written.why);
  const { stored } = written;
  if (written.kind === 'truncated') {
    await disk.remove(stored.storedAs);
    throw written.error;
  }
  const { tenantId, actor } = caller;
  const times = { createdAtMs: now(), createdBy: actor, expiresAtMs: null };
  const made: StoredFile = { ...stored, tenantId, fileId, kind: 'firmware', stationId: null, name, ...times };
  const added = await addFile(database, made, room.tenantBytesMax);
  if (added === 'added') return reply.code(201).send(viewOf(made));
  await disk.remove(stored.storedAs);
  const known = await findFile(database, tenantId, fileId, 'operator');
  if (known?.sha256 === stored.sha256) return reply.code(200).send(viewOf(known));
  if (added === 'full') return answerNoRoom(reply, parts, counted('tenant-full'));
  return problem(reply, { status: 409, title: 'The file has other bytes; take a new id', detail: fileId });
}

function answerNoRoom(reply: FastifyReply, { room, firmwareBytesMax }: FileApiParts, why: NoRoom): FastifyReply {
  const problems: Readonly<Record<NoRoom, Problem>> = {
    'too-large': { status: 413, title: `A file has at most ${firmwareBytesMax} bytes` },
    'tenant-full': {
      status: 507,
      title: 'No room is left for files of this tenant',
      code: 'TENANT_FILES_FULL',
      detail: `All of them have at most ${room.tenantBytesMax} bytes: GET /v1/file-storage. Delete some first.`,
    },
    'store-full': { status: 507, title: 'No room is left for files', code: 'FILES_FULL' },
  };
  return problem(reply, problems[why]);
}

const used = Type.Object({ files: Type.Integer(), bytes: Type.Integer() });
const storage = Type.Object({
  bytes: Type.Integer({ description: 'Of all files of the tenant' }),
  bytesMax: Type.Integer({ description: 'More is refused with 507 and the code TENANT_FILES_FULL' }),
  firmware: used,
  uploads: Type.Object(used.properties, { description: 'Of stations; those whose line broke, too' }),
});

function addStorage(api: HttpApi, { database, room }: FileApiParts): void {
  api.get(
    '/v1/file-storage',
    { schema: { tags, summary: 'How much room files take, and may take', response: { 200: storage, ...problems } } },
    async ({ caller: { tenantId } }) => {
      const usage = await usageOf(database, tenantId);
      const sum = (kinds: readonly string[]) =>
        usage
          .filter(({ kind }) => kinds.includes(kind))
          .reduce((all, { files, bytes: size }) => ({ files: all.files + files, bytes: all.bytes + size }), {
            files: 0,
            bytes: 0,
          });
      const [firmware, uploads] = [sum(['firmware']), sum(['upload', 'truncated'])];
      return { bytes: firmware.bytes + uploads.bytes, bytesMax: room.tenantBytesMax, firmware, uploads };
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
      const found = await findFile(database, caller.tenantId, fileId, 'operator');
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
      const found = await findFile(database, tenantId, fileId, 'station');
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
  const { fileId, kind, name, stationId, bytes: size, sha256, md5, createdAtMs, createdBy, expiresAtMs } = stored;
  const times = { createdAt: isoOf(createdAtMs), expiresAt: isoOf(expiresAtMs) };
  return { truncated: kind === 'truncated', fileId, name, stationId, bytes: size, sha256, md5, createdBy, ...times };
}
