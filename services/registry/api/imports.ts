// /v1/imports/{stations,credentials,tokens}: CSV or NDJSON of any length as it comes, or JSON; tried first with dryRun.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { tokenUid, tokenValue } from '#contracts/registry';
import { Fault, faultCodes } from '#kit/fault';
import { problem, type Caller, type HttpApi } from '#kit/http';
import { problems, strict } from '#kit/http-schemas';
import type { Token, TokenInput } from '../domain/token.ts';
import { bodyOf, importBytesMax, rowsMax, Streamed } from '../imports/body.ts';
import { credentialColumns, stationColumns, tokenColumns } from '../imports/columns.ts';
import { batchRows, runImport, type ImportReport, type Progress } from '../imports/run-import.ts';
import {
  meantCredentials,
  meantStations,
  meantTokens,
  type CredentialRow,
  type Row,
  type StationRow,
} from '../imports/wanted-rows.ts';
import { stationsWrite, tokensWrite, type StationWanted } from '../store/bulk.ts';
import type { RegistryParts } from './parts.ts';
import { password, stationRow } from './station-schemas.ts';
import { tokenFields } from './tokens.ts';

const tags = ['imports'];
const jsonBytesMax = 16 * 1024 * 1024;
const ndjson = 'application/x-ndjson';
const query = Type.Object(
  { dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Says what it would do, and does nothing' })) },
  strict,
);
const report = Type.Object({
  dryRun: Type.Boolean(),
  written: Type.Boolean({ description: 'With any fault nothing is' }),
  rows: Type.Integer(),
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  faultCount: Type.Integer(),
  faults: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'Of the CSV text; of JSON the number of the row' }),
      path: Type.String(),
      message: Type.String(),
    }),
  ),
});

const tokenRow = Type.Object(
  { uid: tokenUid, type: Type.Optional(tokenValue.properties.type), ...tokenFields },
  strict,
);
const credentialRow = Type.Object({ stationId: stationRow.properties.stationId, password }, strict);

/** One import: its batches as they are written, then its report. */
type Run = AsyncGenerator<Progress, ImportReport>;
type Kind = {
  readonly summary: string;
  /** Undefined where the body is too long. */
  begin(
    body: unknown,
    caller: Caller,
    dryRun: boolean,
  ): Promise<{ readonly run: Run; close(): Promise<void> } | undefined>;
};

export function addImportRoutes(api: HttpApi, parts: RegistryParts): void {
  const { store, newId, tenantKey } = parts;
  const kinds: Readonly<Record<string, Kind>> = {
    stations: {
      summary: 'Import stations, with passwords that a random source made; doing it again changes nothing',
      async begin(body, caller, dryRun) {
        const read = await bodyOf(body, stationRow, stationColumns);
        const run = read && {
          dryRun,
          batches: read.batches,
          meant: (rows: readonly Row<StationRow>[]) => meantStations(store, caller.tenantId, rows),
          unique: { path: 'stationId', idOf: ({ value }: StationWanted) => value.stationId },
          write: (values: readonly StationWanted[]) => stationsWrite(store, values, { newId }),
        };
        return run && { run: runImport(store, caller, run), close: read.close };
      },
    },
    credentials: {
      summary: 'Import passwords of known stations, made by a random source; those before end',
      async begin(body, caller, dryRun) {
        const read = await bodyOf(body, credentialRow, credentialColumns);
        const run = read && {
          dryRun,
          batches: read.batches,
          meant: (rows: readonly Row<CredentialRow>[]) => meantCredentials(store, caller.tenantId, rows),
          unique: { path: 'stationId', idOf: ({ value }: StationWanted) => value.stationId },
          write: (values: readonly StationWanted[]) => stationsWrite(store, values, { newId }),
        };
        return run && { run: runImport(store, caller, run), close: read.close };
      },
    },
    tokens: {
      summary: 'Import tokens; doing it again changes nothing',
      async begin(body, caller, dryRun) {
        const read = await bodyOf(body, tokenRow, tokenColumns);
        const of = { tenantId: caller.tenantId, tenantKey: tenantKey(caller.tenantId) };
        const run = read && {
          dryRun,
          batches: read.batches,
          meant: (rows: readonly Row<TokenInput>[]) => meantTokens(store, of, rows),
          unique: { path: 'uid', idOf: ({ tokenRef }: Token) => tokenRef },
          write: (values: readonly Token[]) => tokensWrite(store, values),
        };
        return run && { run: runImport(store, caller, run), close: read.close };
      },
    },
  };
  void api.register(async (inner) => {
    inner.addContentTypeParser('text/csv', (_request, content, done) => done(null, new Streamed('csv', content)));
    inner.addContentTypeParser('application/x-ndjson', (_request, content, done) =>
      done(null, new Streamed('ndjson', content)),
    );
    for (const [name, kind] of Object.entries(kinds)) addImport(inner, name, kind);
  });
}

const description =
  `text/csv with a row of column names, or application/x-ndjson with an object a line: up to ${rowsMax} rows, read
as they come; or JSON {"rows": [{…}, …]}, up to 10,000 rows. All rows are checked first: with any fault nothing is written. Then
they are written in batches of ${batchRows}; what only the database refuses ends the import there, and rows before it stay. The
same import again writes what is missing. With "accept: application/x-ndjson" the answer is a line {"progress": {…}} after each
batch, and {"report": {…}} (or {"problem": {…}}) as the last one; who goes away ends the import.`.replaceAll('\n', ' ');

function addImport(api: HttpApi, name: string, { summary, begin }: Kind): void {
  api.post(
    `/v1/imports/${name}`,
    {
      bodyLimit: jsonBytesMax,
      schema: {
        tags,
        summary,
        description,
        consumes: ['text/csv', 'application/x-ndjson', 'application/json'],
        querystring: query,
        body: Type.Unknown(),
        response: { 200: report, 422: report, ...problems },
      },
    },
    async ({ caller, headers, query: { dryRun = false }, body, log }, reply) => {
      const begun = await begin(body, caller, dryRun);
      if (begun === undefined)
        return problem(reply, { status: 413, title: `An import has at most ${importBytesMax} bytes` });
      if (headers.accept?.includes(ndjson) !== true) return sendReport(reply, await reportOf(begun));
      const lines = linesOf(begun, (error) => log.error({ err: error, import: name }, 'import ended early'));
      return sendLines(reply, lines);
    },
  );
}

type Begun = { readonly run: Run; close(): Promise<void> };

async function reportOf({ run, close }: Begun): Promise<ImportReport> {
  try {
    for (;;) {
      const next = await run.next();
      if (next.done === true) return next.value;
    }
  } finally {
    await close();
  }
}

const ourBug = { status: 500, title: 'Something went wrong on our side' };

/** Who reads them no more ends the run between two batches. */
async function* linesOf({ run, close }: Begun, onError: (error: unknown) => void): AsyncGenerator<string> {
  try {
    for (;;) {
      const next = await run.next();
      yield `${JSON.stringify(next.done === true ? { report: next.value } : { progress: next.value })}\n`;
      if (next.done === true) return;
    }
  } catch (error) {
    onError(error);
    const { status, title } = error instanceof Fault ? faultCodes[error.code] : ourBug;
    yield `${JSON.stringify({ problem: { status, title } })}\n`;
  } finally {
    await close();
  }
}

function sendReport(reply: FastifyReply, told: ImportReport): FastifyReply {
  return reply.code(told.faultCount === 0 ? 200 : 422).send(told);
}

function sendLines(reply: FastifyReply, lines: AsyncIterable<string>): FastifyReply {
  return reply
    .header('content-type', ndjson)
    .header('cache-control', 'no-store')
    .send(Readable.from(lines, { highWaterMark: 1 }));
}
