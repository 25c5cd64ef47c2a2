// /v1/keys: the keys by which operators call; shown once when made, kept as hashes, revoked for good.
import Type from 'typebox';
import { keyValue } from '#contracts/registry';
import type { HttpApi } from '#kit/http';
import { keyHashOf, newKeyOf } from '../domain/key.ts';
import { keys as kind, type StoredKey } from '../store/kinds.ts';
import type { Row } from '../store/table.ts';
import { changeOne, createOne } from '../store/write.ts';
import type { RegistryParts } from './parts.ts';
import { readOne } from './read.ts';
import { equal, sendNothing, sendPage, sendRow } from './respond.ts';
import { pageOf, paging, problems, strict } from '#kit/http-schemas';
import { nothing, resourceOf } from '#kit/http-versions';

const tags = ['keys'];
const key = resourceOf(keyValue);
const keyWithSecret = Type.Object({
  ...key.properties,
  key: Type.String({ description: 'The key itself; it is never shown again' }),
});
const input = Type.Object({ role: keyValue.properties.role, label: keyValue.properties.label }, strict);
const params = Type.Object({ keyId: Type.String({ maxLength: 64 }) });
const filters = Type.Object({ ...paging, role: Type.Optional(keyValue.properties.role) }, strict);
const keyBytes = 32;
const anyVersion = { header: undefined, body: undefined } as const;

export function addKeyRoutes(api: HttpApi, parts: RegistryParts): void {
  addReading(api, parts);
  const { store } = parts;
  api.post(
    '/v1/keys',
    {
      schema: {
        tags,
        summary: 'Create a key; it is shown here, once',
        body: input,
        response: { 201: keyWithSecret, ...problems },
      },
    },
    async ({ caller, body: { role, label } }, reply) => {
      const secret = newKeyOf(parts.randomBytes(keyBytes));
      const value = { keyId: parts.newId(), hash: keyHashOf(secret), role, label, revokedAt: null };
      const outcome = await createOne(store, caller, kind, { value, violations: [] });
      return sendRow(reply, outcome, (row) => ({ ...shownKey(row), key: secret }), 201);
    },
  );
  api.delete(
    '/v1/keys/:keyId',
    {
      schema: {
        tags,
        summary: 'Revoke a key; it works for at most 30 more seconds',
        params,
        response: { 204: nothing, ...problems },
      },
    },
    async ({ caller, params: { keyId: id } }, reply) => {
      const revokedAt = new Date(store.now()).toISOString();
      const decide = (current: StoredKey) => ({
        value: { ...current, revokedAt: current.revokedAt ?? revokedAt },
        violations: [],
      });
      return sendNothing(reply, await changeOne(store, caller, { kind, id, expected: anyVersion, decide }));
    },
  );
}

function addReading(api: HttpApi, { store }: RegistryParts): void {
  api.get(
    '/v1/keys',
    {
      schema: {
        tags,
        summary: 'List keys, revoked ones too',
        querystring: filters,
        response: { 200: pageOf(key), ...problems },
      },
    },
    async ({ caller, query }, reply) =>
      sendPage(reply, { store, caller }, query, { kind, where: [equal('role', query.role)], present: shownKey }),
  );
  api.get(
    '/v1/keys/:keyId',
    { schema: { tags, summary: 'Read a key', params, response: { 200: key, ...problems } } },
    async ({ caller, params: { keyId } }, reply) => sendRow(reply, await readOne(store, caller, kind, keyId), shownKey),
  );
}

function shownKey({ value: { hash: _secret, ...shown }, audit }: Row<StoredKey>) {
  return { ...shown, ...audit };
}
