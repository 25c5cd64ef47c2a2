// /v1/stations/{id}/issued-certificates: what our authority issued to a station, and revoking it; /internal/certificates for proxies.
import { createHash } from 'node:crypto';
import Type from 'typebox';
import { problem, type HttpApi } from '#kit/http';
import { nullable, problems } from '#kit/http-schemas';
import { asTenant, type Database } from '#kit/postgres';
import type { CertificateAuthority } from '../certificates/authority.ts';
import { revokedCertificates } from '../certificates/register.ts';
import { isoOf } from './page.ts';
import { instant, stationParams } from './schemas.ts';

export type CertificateApiParts = {
  readonly database: Database;
  readonly authority: CertificateAuthority | undefined;
  now(): number;
};

const tags = ['certificates'];
const schema = 'stations_own';
const shownMax = 100;

const issuedCertificate = Type.Object({
  serial: Type.String({ description: 'Hex' }),
  certificateType: Type.String(),
  combined: Type.Boolean({ description: 'One for both connections of the station: to us, and those of vehicles' }),
  commonName: Type.String(),
  organisation: nullable(Type.String()),
  status: Type.Enum(['valid', 'expired', 'revoked']),
  notBefore: instant,
  notAfter: instant,
  revokedAt: nullable(instant),
  revokedBy: nullable(Type.String()),
  renewalAskedAt: nullable(instant),
});

type Row = {
  readonly serial: string;
  readonly certificate_type: string;
  readonly combined: boolean;
  readonly common_name: string;
  readonly organisation: string | null;
  readonly not_before_ms: number;
  readonly not_after_ms: number;
  readonly revoked_at_ms: number | null;
  readonly revoked_by: string | null;
  readonly renewal_asked_at_ms: number | null;
};

const columns = `serial_number as serial, certificate_type, combined, common_name, organisation, not_before_ms, not_after_ms, revoked_at_ms, revoked_by,
  renewal_asked_at_ms`;

export function addCertificateRoutes(api: HttpApi, parts: CertificateApiParts): void {
  addListing(api, parts);
  addRevoking(api, parts);
  addForProxies(api, parts);
}

function addListing(api: HttpApi, { database, now }: CertificateApiParts): void {
  api.get(
    '/v1/stations/:stationId/issued-certificates',
    {
      schema: {
        tags,
        summary: 'List the certificates that our authority issued to a station, the newest first',
        params: stationParams,
        response: { 200: Type.Object({ items: Type.Array(issuedCertificate) }), ...problems },
      },
    },
    async ({ caller: { tenantId }, params: { stationId } }) => {
      const rows = await asTenant(
        database,
        tenantId,
        async (client) =>
          (
            await client.query<Row>(
              `select ${columns} from issued_certificates where tenant_id = $1 and station_id = $2
               order by not_after_ms desc, serial_number limit ${shownMax}`,
              [tenantId, stationId],
            )
          ).rows,
        { schema },
      );
      return { items: rows.map((row) => viewOf(row, now())) };
    },
  );
}

function addRevoking(api: HttpApi, { database, now }: CertificateApiParts): void {
  const serial = Type.String({ pattern: '^[0-9a-f]{1,40}$' });
  api.post(
    '/v1/stations/:stationId/issued-certificates/:serial/revoke',
    {
      schema: {
        tags,
        summary: 'Revoke a certificate: new connections with it are refused within seconds, an open one stays',
        params: Type.Object({ ...stationParams.properties, serial }),
        response: { 200: issuedCertificate, ...problems },
      },
    },
    async ({ caller: { tenantId, actor, role }, params }, reply) => {
      if (role === 'viewer') return problem(reply, { status: 403, title: 'A viewer may not revoke certificates' });
      const [row] = await asTenant(
        database,
        tenantId,
        async (client) =>
          (
            await client.query<Row>(
              `update issued_certificates set revoked_at_ms = coalesce(revoked_at_ms, $4),
                 revoked_by = coalesce(revoked_by, $5)
               where tenant_id = $1 and station_id = $2 and serial_number = $3 returning ${columns}`,
              [tenantId, params.stationId, params.serial, now(), actor],
            )
          ).rows,
        { schema },
      );
      if (row === undefined)
        return problem(reply, { status: 404, title: 'No such certificate', detail: params.serial });
      return viewOf(row, now());
    },
  );
}

/** What follow-crl.ts of infra/haproxy asks every few seconds. Both are public: any station may see them. */
function addForProxies(api: HttpApi, { authority, database, now }: CertificateApiParts): void {
  const pem = Type.String();
  const none = { status: 404, title: 'There is no embedded authority' };
  api.get(
    '/internal/certificates/authority',
    { schema: { hide: true, response: { 200: Type.Object({ pem }), ...problems } } },
    async (_request, reply) => (authority === undefined ? problem(reply, none) : { pem: authority.certificatePem }),
  );
  const list = Type.Object({ pem, revision: Type.String({ description: 'The same as long as nothing was revoked' }) });
  api.get(
    '/internal/certificates/revocations',
    { schema: { hide: true, response: { 200: list, ...problems } } },
    async (_request, reply) => {
      if (authority === undefined) return problem(reply, none);
      const revoked = await revokedCertificates(database, now());
      const revision = createHash('sha256')
        .update(revoked.map(({ serial }) => serial).join())
        .digest('hex');
      return { pem: await authority.revocations(revoked, new Date(now())), revision };
    },
  );
}

function viewOf(row: Row, nowMs: number) {
  const isEnded = row.not_after_ms <= nowMs;
  return {
    serial: row.serial,
    certificateType: row.certificate_type,
    combined: row.combined,
    commonName: row.common_name,
    organisation: row.organisation,
    status: row.revoked_at_ms === null ? (isEnded ? 'expired' : 'valid') : 'revoked',
    notBefore: isoOf(row.not_before_ms),
    notAfter: isoOf(row.not_after_ms),
    revokedAt: isoOf(row.revoked_at_ms),
    revokedBy: row.revoked_by,
    renewalAskedAt: isoOf(row.renewal_asked_at_ms),
  } as const;
}
