// /v1/imports/{stations,credentials,tokens}: up to 10,000 rows at once, as CSV or JSON, tried first with dryRun.
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { tokenUid, tokenValue } from '#contracts/registry';
import type { Caller, HttpApi } from '#kit/http';
import { problems, strict } from '#kit/http-schemas';
import { readRows } from '#kit/rows/read-rows';
import { credentialColumns, stationColumns, tokenColumns } from '../imports/columns.ts';
import { runImport, type ImportReport } from '../imports/run-import.ts';
import { meantCredentials, meantStations, meantTokens } from '../imports/wanted-rows.ts';
import { stationsWrite, tokensWrite } from '../store/bulk.ts';
import type { RegistryParts } from './parts.ts';
import { password, stationRow } from './station-schemas.ts';
import { tokenFields } from './tokens.ts';

const tags = ['imports'];
const importBytesMax = 16 * 1024 * 1024;
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

type Run = (body: unknown, caller: Caller, dryRun: boolean) => Promise<ImportReport>;

export function addImportRoutes(api: HttpApi, parts: RegistryParts): void {
  const { store, newId, tenantKey } = parts;
  const routes: Readonly<Record<string, { readonly summary: string; readonly run: Run }>> = {
    stations: {
      summary: 'Import stations, with passwords that a random source made; doing it again changes nothing',
      async run(body, caller, dryRun) {
        const read = readRows(body, stationRow, stationColumns);
        const { rows, faults } = await meantStations(store, caller.tenantId, read.rows);
        return runImport(store, caller, {
          dryRun,
          rows,
          faults: [...read.faults, ...faults],
          write: (values) => stationsWrite(store, values, { newId }),
        });
      },
    },
    credentials: {
      summary: 'Import passwords of known stations, made by a random source; those before end',
      async run(body, caller, dryRun) {
        const read = readRows(body, credentialRow, credentialColumns);
        const { rows, faults } = await meantCredentials(store, caller.tenantId, read.rows);
        return runImport(store, caller, {
          dryRun,
          rows,
          faults: [...read.faults, ...faults],
          write: (values) => stationsWrite(store, values, { newId }),
        });
      },
    },
    tokens: {
      summary: 'Import tokens; doing it again changes nothing',
      async run(body, caller, dryRun) {
        const read = readRows(body, tokenRow, tokenColumns);
        const of = { tenantId: caller.tenantId, tenantKey: tenantKey(caller.tenantId) };
        const { rows, faults } = await meantTokens(store, of, read.rows);
        return runImport(store, caller, {
          dryRun,
          rows,
          faults: [...read.faults, ...faults],
          write: (values) => tokensWrite(store, values),
        });
      },
    },
  };
  void api.register(async (inner) => {
    inner.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, text, done) => done(null, text));
    for (const [name, { summary, run }] of Object.entries(routes)) addImport(inner, name, summary, run);
  });
}

function addImport(api: HttpApi, name: string, summary: string, run: Run): void {
  api.post(
    `/v1/imports/${name}`,
    {
      bodyLimit: importBytesMax,
      schema: {
        tags,
        summary,
        description: 'text/csv with a row of column names, or JSON {"rows": [{…}, …]}; up to 10,000 rows.',
        querystring: query,
        body: Type.Unknown(),
        response: { 200: report, 422: report, ...problems },
      },
    },
    async ({ caller, query: { dryRun = false }, body }, reply) => sendReport(reply, await run(body, caller, dryRun)),
  );
}

function sendReport(reply: FastifyReply, told: ImportReport): FastifyReply {
  return reply.code(told.faultCount === 0 ? 200 : 422).send(told);
}
