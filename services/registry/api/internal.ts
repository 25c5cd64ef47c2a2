// /internal: what other services of the platform ask; never reachable through the operator door.
import Type from 'typebox';
import { keyValue } from '#contracts/registry';
import { problem, type HttpApi } from '#kit/http';
import type { Store } from '../store/write.ts';
import { problems, strict } from '#kit/http-schemas';

const resolved = Type.Object({ keyId: Type.String(), tenantId: Type.String(), role: keyValue.properties.role });

/** The door asks by hash, so that a key travels no further than it must. */
export function addInternalRoutes(api: HttpApi, { database }: Store): void {
  api.post(
    '/internal/keys/resolve',
    {
      schema: {
        hide: true,
        body: Type.Object({ hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, strict),
        response: { 200: resolved, ...problems },
      },
    },
    async ({ body: { hash } }, reply) => {
      const [found] = await database.query<{
        keyId: string;
        tenantId: string;
        role: 'platform' | 'operator' | 'viewer';
      }>('select key_id as "keyId", tenant_id as "tenantId", role from keys where hash = $1 and revoked_at is null', [
        hash,
      ]);
      return found === undefined ? problem(reply, { status: 404, title: 'No key of ours' }) : found;
    },
  );
}
