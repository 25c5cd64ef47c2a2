// /v1/stations/{id}/credentials: passwords of a station; shown once when made, kept as verifiers, replaced with or without grace.
import Type from 'typebox';
import { stationIdPattern } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import { asTenant } from '#kit/postgres';
import { passwordViolations } from '../domain/credential.ts';
import { credentialChanges, credentialsOf, deleteCredential, insertCredentials } from '../store/credentials.ts';
import { stations } from '../store/kinds.ts';
import { invalid, notFound, Refused } from '../store/refusal.ts';
import { findRow } from '../store/table.ts';
import { lockExpected, writeAs } from '../store/write.ts';
import { credentialOf } from './new-credential.ts';
import type { RegistryParts } from './parts.ts';
import { refuse, sendNothing } from './respond.ts';
import { problems } from '#kit/http-schemas';
import { nothing } from '#kit/http-versions';
import { credential, credentialInput, credentialWithPassword } from './station-schemas.ts';

const tags = ['credentials'];
const stationId = Type.String({ pattern: stationIdPattern });
const params = Type.Object({ stationId });
const one = Type.Object({ stationId, credentialId: Type.String({ maxLength: 64 }) });
const anyVersion = { header: undefined, body: undefined } as const;

export function addCredentialRoutes(api: HttpApi, parts: RegistryParts): void {
  addReading(api, parts);
  const { store } = parts;
  api.post(
    '/v1/stations/:stationId/credentials',
    {
      schema: {
        tags,
        summary: 'Give a station a new password: generated and shown once, or chosen',
        params,
        body: credentialInput,
        response: { 201: credentialWithPassword, ...problems },
      },
    },
    async ({ caller, params: { stationId: id }, body }, reply) => {
      const { password, generated = false, graceSeconds } = body;
      const violations = password === undefined ? [] : passwordViolations(password, generated);
      if (violations.length > 0) return refuse(reply, invalid(violations));
      const made = await credentialOf(parts, { stationId: id, password, generated, graceSeconds });
      const outcome = await writeAs(store, caller, async (client, writing) => {
        await lockExpected(client, stations, writing.tenantId, { id, expected: anyVersion });
        await insertCredentials(client, writing, [made.added]);
        await store.enqueue(client, await credentialChanges(client, writing, [made.change]));
      });
      if (outcome.kind === 'refused') return refuse(reply, outcome);
      return reply.code(201).send({ ...made.change.credential, password: made.generatedPassword });
    },
  );
  api.delete(
    '/v1/stations/:stationId/credentials/:credentialId',
    {
      schema: {
        tags,
        summary: 'Revoke a password; an open connection stays',
        params: one,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { stationId: id, credentialId } }, reply) => {
      const outcome = await writeAs(store, caller, async (client, writing) => {
        await lockExpected(client, stations, writing.tenantId, { id, expected: anyVersion });
        const removed = await deleteCredential(client, writing.tenantId, id, credentialId);
        if (removed === undefined) throw new Refused(notFound('credential', credentialId));
        const change = { operation: 'deleted', credential: removed } as const;
        await store.enqueue(client, await credentialChanges(client, writing, [change]));
      });
      return sendNothing(reply, outcome);
    },
  );
}

function addReading(api: HttpApi, { store: { database } }: RegistryParts): void {
  api.get(
    '/v1/stations/:stationId/credentials',
    {
      schema: {
        tags,
        summary: 'List the passwords of a station, without them',
        params,
        response: { 200: Type.Object({ items: Type.Array(credential) }), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId: id } }, reply) => {
      const items = await asTenant(database, tenantId, async (client) =>
        (await findRow(client, stations.table, tenantId, id)) === undefined
          ? undefined
          : credentialsOf(client, tenantId, id),
      );
      return items === undefined ? refuse(reply, notFound('station', id)) : reply.send({ items });
    },
  );
}
