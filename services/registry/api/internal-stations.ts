// /internal: what gateways found out of stations, and the passwords that they carry to them.
import Type from 'typebox';
import { tenantIdPattern, stationIdPattern } from '#contracts/registry';
import { problem, type HttpApi } from '#kit/http';
import { problems, strict } from '#kit/http-schemas';
import { nothing } from '#kit/http-versions';
import { stations } from '../store/kinds.ts';
import { sealedOf, settleProved } from '../store/rotations.ts';
import { changeOne } from '../store/write.ts';
import type { RegistryParts } from './parts.ts';
import { sealedFor } from './rotations.ts';

const named = {
  tenantId: Type.String({ pattern: tenantIdPattern }),
  stationId: Type.String({ pattern: stationIdPattern }),
} as const;

export function addInternalStationRoutes(api: HttpApi, parts: RegistryParts): void {
  addRaising(api, parts);
  addPasswords(api, parts);
}

/** A station proved a higher security profile: the lower one is over from now on (A05.FR.07). */
function addRaising(api: HttpApi, { store }: RegistryParts): void {
  const body = Type.Object({ ...named, securityProfile: Type.Integer({ minimum: 1, maximum: 3 }) }, strict);
  api.post(
    '/internal/stations/profile-raised',
    { schema: { hide: true, body, response: { 204: nothing, ...problems } } },
    async ({ body: { tenantId, stationId: id, securityProfile } }, reply) => {
      const outcome = await changeOne(
        store,
        { tenantId, actor: 'gateway', role: 'platform' },
        {
          kind: stations,
          id,
          expected: { header: undefined, body: undefined },
          decide: (station) => ({
            // Profile 0 was an operator's decision, and only operators end it.
            value:
              station.securityProfile === 0
                ? station
                : { ...station, securityProfile: Math.max(station.securityProfile, securityProfile) },
            violations: [],
          }),
        },
      );
      return outcome.kind === 'refused'
        ? problem(reply, { status: 404, title: 'No such station' })
        : reply.code(204).send(null);
    },
  );
}

function addPasswords(api: HttpApi, { store, seal }: RegistryParts): void {
  const wanted = Type.Object({ ...named, credentialId: Type.String({ maxLength: 64 }) }, strict);
  api.post(
    '/internal/credentials/resolve',
    { schema: { hide: true, body: wanted, response: { 200: Type.Object({ password: Type.String() }), ...problems } } },
    async ({ body }, reply) => {
      const sealed = await sealedOf(store, body);
      if (sealed === undefined) return problem(reply, { status: 404, title: 'No password on its way' });
      return { password: seal.open(sealed, sealedFor(body.tenantId, body.stationId, body.credentialId)) };
    },
  );
  const proved = Type.Object({ ...named, salt: Type.String({ pattern: '^[0-9a-f]{0,64}$' }) }, strict);
  api.post(
    '/internal/credentials/proved',
    { schema: { hide: true, body: proved, response: { 204: nothing, ...problems } } },
    async ({ body: { tenantId, stationId, salt } }, reply) => {
      await settleProved(store, { tenantId, stationId }, Buffer.from(salt, 'hex'));
      return reply.code(204).send(null);
    },
  );
}
