// One station registered: its row with its template's defaults, its password, what the log is told; shown once.
import type { FastifyReply } from 'fastify';
import type { Static } from 'typebox';
import type { StationValue } from '#contracts/registry';
import type { Caller } from '#kit/http';
import { passwordViolations } from '../domain/credential.ts';
import { stationOf, stationViolations, stationWarnings } from '../domain/station.ts';
import { insertCredentials, toldCredential } from '../store/credentials.ts';
import { stations as kind } from '../store/kinds.ts';
import { invalid, type Refusal } from '../store/refusal.ts';
import type { Row } from '../store/table.ts';
import { registrationDefaults } from '../store/templates.ts';
import { insertOne, writeAs, type Done } from '../store/write.ts';
import { credentialOf, type Shown } from './new-credential.ts';
import type { RegistryParts } from './parts.ts';
import { flat, refuse } from './respond.ts';
import type { stationInput } from './station-schemas.ts';

export const shownStation = (row: Row<StationValue>) => ({ ...flat(row), warnings: stationWarnings(row.value) });

export type Registered = { readonly row: Row<StationValue>; readonly generatedPassword: string | null };

export async function registerStation(
  parts: RegistryParts,
  caller: Caller,
  body: Static<typeof stationInput>,
): Promise<Done<Registered> | Refusal> {
  const { store } = parts;
  const { password, generated = false, acceptsUnauthenticated = false, ...input } = body;
  const defaults = await registrationDefaults(store.database, caller.tenantId);
  const value = stationOf(input, defaults(input));
  const chosen = typeof password === 'string' ? passwordViolations(password, generated) : [];
  const violations = [...stationViolations(value, acceptsUnauthenticated), ...chosen];
  if (violations.length > 0) return invalid(violations);
  // Made before the transaction: a slow hash must not hold its locks.
  const made: Shown | undefined =
    password === null ? undefined : await credentialOf(parts, { stationId: value.stationId, password, generated });
  return writeAs(store, caller, async (client, writing) => {
    const { row, touched } = await insertOne(client, writing, kind, { value, violations });
    if (made !== undefined) await insertCredentials(client, writing, [made.added]);
    const told = made === undefined ? [] : [toldCredential(writing, made.change, touched.version)];
    await store.enqueue(client, [...(await kind.changes(client, writing, [touched])), ...told]);
    return { row, generatedPassword: made?.generatedPassword ?? null };
  });
}

export function sendRegistered(reply: FastifyReply, outcome: Done<Registered> | Refusal): FastifyReply {
  if (outcome.kind === 'refused') return refuse(reply, outcome);
  const { row, generatedPassword } = outcome.result;
  return reply
    .code(201)
    .header('etag', `"${row.audit.version}"`)
    .send({ ...shownStation(row), password: generatedPassword });
}
