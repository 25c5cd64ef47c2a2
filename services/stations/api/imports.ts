// /v1/imports/transactions: what charges while a fleet moves here from another system.
import Type from 'typebox';
import { versionOfSubprotocol } from '#contracts/calls';
import { stationKey } from '#contracts/keys';
import { stationIdPattern, tokenUid } from '#contracts/registry';
import { tokenTypes } from '#contracts/token-words';
import type { HttpApi } from '#kit/http';
import { instantWithZone, problems, strict } from '#kit/http-schemas';
import { cells, type Columns, type RowFault } from '#kit/rows/cells';
import { readRows } from '#kit/rows/read-rows';
import { takenOver, takeoverFaults, type OpenTransaction } from '../domain/taken-over.ts';
import type { RefOf } from '../domain/shown-parameters.ts';
import type { PresenceBook } from '../presence-book.ts';
import { appendStarts, type TakingOver } from '../take-over.ts';

const importBytesMax = 16 * 1024 * 1024;
const faultsShownMax = 1_000;

const columns: Columns = {
  stationId: cells.text,
  transactionId: cells.text,
  evseId: cells.wholeNumber,
  connectorId: cells.wholeNumber,
  meterStartWh: cells.text,
  startedAt: cells.text,
  tokenUid: cells.text,
  tokenType: cells.text,
};

const row = Type.Object(
  {
    stationId: Type.String({ pattern: stationIdPattern }),
    transactionId: Type.String({ minLength: 1, maxLength: 36, pattern: '^(?!(?:0|-1)$)[\\x21-\\x7e]+$' }),
    evseId: Type.Integer({ minimum: 1, maximum: 1000 }),
    connectorId: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    meterStartWh: Type.Union([
      Type.Integer({ minimum: 0 }),
      Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,3})?$', description: 'Register at the start' }),
    ]),
    startedAt: instantWithZone('When it began, by its station'),
    tokenUid: Type.Optional(tokenUid),
    tokenType: Type.Optional(Type.Enum([...tokenTypes])),
  },
  strict,
);

const report = Type.Object({
  dryRun: Type.Boolean(),
  written: Type.Boolean({ description: 'With any fault nothing is' }),
  rows: Type.Integer(),
  faultCount: Type.Integer(),
  faults: Type.Array(Type.Object({ line: Type.Integer(), path: Type.String(), message: Type.String() })),
});

export type ImportApiParts = TakingOver & {
  readonly refOf: RefOf;
  /** Who connected, and what they spoke last. */
  readonly presence: Pick<PresenceBook, 'claim'>;
  isRegistered(tenantId: string, stationId: string): boolean;
  now(): number;
};

export function addTransactionImport(api: HttpApi, parts: ImportApiParts): void {
  void api.register(async (inner) => {
    inner.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, text, done) => done(null, text));
    addImport(inner, parts);
  });
}

function addImport(api: HttpApi, parts: ImportApiParts): void {
  const query = Type.Object({ dryRun: Type.Optional(Type.Boolean({ default: false })) }, strict);
  api.post(
    '/v1/imports/transactions',
    {
      bodyLimit: importBytesMax,
      schema: {
        tags: ['imports'],
        summary:
          'Take over transactions that another system began: their ends make whole sessions; again it changes nothing',
        description: 'text/csv with a row of column names, or JSON {"rows": [{…}, …]}; up to 10,000 rows.',
        querystring: query,
        body: Type.Unknown(),
        response: { 200: report, 422: report, ...problems },
      },
    },
    async ({ caller: { tenantId }, query: { dryRun = false }, body }, reply) => {
      const nowMs = parts.now();
      const read = readRows(body, row, columns);
      const faults = [
        ...read.faults,
        ...read.rows.flatMap((one) => faultsOf(parts, tenantId, one)),
        ...doubled(read.rows),
      ];
      const written = !dryRun && faults.length === 0;
      const taking = { tenantId, nowMs, refOf: parts.refOf };
      if (written)
        await appendStarts(
          parts,
          read.rows.map(({ value }) => takenOver(value, taking)),
        );
      const shown = faults.toSorted((left, right) => left.line - right.line).slice(0, faultsShownMax);
      const told = { dryRun, written, rows: read.rows.length, faultCount: faults.length, faults: shown };
      return reply.code(faults.length === 0 ? 200 : 422).send(told);
    },
  );
}

type Row = { readonly line: number; readonly value: OpenTransaction };

function faultsOf(parts: ImportApiParts, tenantId: string, { line, value }: Row): RowFault[] {
  const subprotocol = parts.presence.claim(stationKey(tenantId, value.stationId))?.subprotocol;
  const version = subprotocol === undefined ? undefined : versionOfSubprotocol(subprotocol);
  const own = takeoverFaults(value, parts.now(), version).map((fault) => ({ line, ...fault }));
  if (parts.isRegistered(tenantId, value.stationId)) return own;
  return [...own, { line, path: 'stationId', message: 'there is no such station' }];
}

function doubled(rows: readonly Row[]): RowFault[] {
  const seen = new Set<string>();
  return rows.flatMap(({ line, value: { stationId, transactionId } }) => {
    const name = `${stationId} ${transactionId}`;
    if (seen.has(name)) return [{ line, path: 'transactionId', message: 'stands in an earlier row, too' }];
    seen.add(name);
    return [];
  });
}
