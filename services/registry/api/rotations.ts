// /v1/stations/{id}/credentials/rotations: a new password that nobody sees, carried to the station itself.
import Type from 'typebox';
import { stationIdPattern } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import { nullable, problems } from '#kit/http-schemas';
import { asTenant } from '#kit/postgres';
import { credentialChanges, credentialsOf, credentialsPerStationMax, insertCredentials } from '../store/credentials.ts';
import { stations } from '../store/kinds.ts';
import { notFound, Refused, type Refusal } from '../store/refusal.ts';
import { insertRotation, rotationsOf, type Rotation } from '../store/rotations.ts';
import { findRow } from '../store/table.ts';
import { lockExpected, writeAs } from '../store/write.ts';
import { credentialOf } from './new-credential.ts';
import type { RegistryParts } from './parts.ts';
import { refuse } from './respond.ts';

const tags = ['credentials'];
const params = Type.Object({ stationId: Type.String({ pattern: stationIdPattern }) });
const rotation = Type.Object({
  stationId: Type.String(),
  credentialId: Type.String(),
  state: Type.Enum(['pending', 'unknown', 'rebootRequired', 'accepted', 'rejected'], {
    description:
      'pending: on its way. accepted: the passwords before are dead. rejected: the old one stays. unknown: both work until the station connects. rebootRequired: both work until it shows the new one, after its next boot',
  }),
  detail: nullable(Type.String()),
  commandId: nullable(Type.String({ description: 'The RotatePassword that carries it; its life: /v1/commands/{id}' })),
  requestedAt: Type.String(),
  requestedBy: Type.String(),
  settledAt: nullable(Type.String()),
});

export function addRotationRoutes(api: HttpApi, parts: RegistryParts): void {
  addListing(api, parts);
  const { store } = parts;
  api.post(
    '/v1/stations/:stationId/credentials/rotations',
    {
      schema: {
        tags,
        summary: 'Have a station take a new password: generated, sent to it, shown to nobody',
        params,
        response: { 202: rotation, ...problems },
      },
    },
    async ({ caller, params: { stationId: id } }, reply) => {
      const made = await credentialOf(parts, { stationId: id, password: undefined, generated: true });
      const { credentialId } = made.added;
      const password = made.generatedPassword ?? '';
      const sealed = parts.seal.close(password, sealedFor(caller.tenantId, id, credentialId));
      const outcome = await writeAs(store, caller, async (client, writing) => {
        await lockExpected(client, stations, writing.tenantId, {
          id,
          expected: { header: undefined, body: undefined },
        });
        if ((await credentialsOf(client, writing.tenantId, id)).length >= credentialsPerStationMax)
          throw new Refused(tooManyPasswords);
        // The passwords before go on working until the station has taken this one.
        await insertCredentials(client, writing, [{ ...made.added, graceSeconds: 'unended' }]);
        const begun = await insertRotation(client, writing, { stationId: id, credentialId, sealed });
        await store.enqueue(client, await credentialChanges(client, writing, [made.change]));
        return begun;
      });
      if (outcome.kind === 'refused') return refuse(reply, outcome);
      return reply.code(202).send(shown(outcome.result));
    },
  );
}

function addListing(api: HttpApi, { store: { database } }: RegistryParts): void {
  api.get(
    '/v1/stations/:stationId/credentials/rotations',
    {
      schema: {
        tags,
        summary: 'What became of the passwords that a station was to take, newest first',
        params,
        response: { 200: Type.Object({ items: Type.Array(rotation) }), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId: id } }, reply) => {
      const items = await asTenant(database, tenantId, async (client) =>
        (await findRow(client, stations.table, tenantId, id)) === undefined
          ? undefined
          : rotationsOf(client, tenantId, id),
      );
      return items === undefined ? refuse(reply, notFound('station', id)) : reply.send({ items: items.map(shown) });
    },
  );
}

/** One more would push out the oldest, which may be the one that the station has. */
const tooManyPasswords: Refusal = {
  kind: 'refused',
  status: 409,
  title: 'Too many passwords of this station work at once',
  detail: 'The station has to connect with one of them, or an operator ends some.',
};

/** What a sealed password opens for. */
export function sealedFor(tenantId: string, stationId: string, credentialId: string): string {
  return `${tenantId}/${stationId}/${credentialId}`;
}

function shown({ tenantId: _tenantId, ...rest }: Rotation): Omit<Rotation, 'tenantId'> {
  return rest;
}
