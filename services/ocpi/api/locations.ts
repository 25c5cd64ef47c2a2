// Locations for partners (OCPI 2.2.1, 8.2.1): the list, one location, one EVSE of it, one connector of that.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readLocation, readLocations } from '../reads/locations.ts';
import { versionNumber } from '../wire/v221/credentials.ts';
import { evseOf, locationOf, type LocationView } from '../wire/v221/location.ts';
import { answer, ocpiCodes } from './envelope.ts';
import { readAs, sendList, sightOf } from './lists.ts';
import type { PartnerApi, PartnerParts } from './parts.ts';

const base = `/ocpi/cpo/${versionNumber}/locations`;

type Path = { readonly locationId: string; readonly evseUid?: string; readonly connectorId?: string };

export function addLocationRoutes(api: PartnerApi, parts: PartnerParts): void {
  api.get(base, async (request, reply) =>
    sendList(parts, request, reply, { read: readLocations, present: async (items) => items.map(locationOf) }),
  );
  for (const path of ['/:locationId', '/:locationId/:evseUid', '/:locationId/:evseUid/:connectorId'])
    api.get<{ Params: Path }>(`${base}${path}`, async (request, reply) => sendOne(parts, request, reply));
}

async function sendOne(
  parts: PartnerParts,
  request: FastifyRequest<{ Params: Path }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const sight = sightOf(request);
  const { params } = request;
  const found = await readAs(parts, sight, (client) => readLocation(client, sight, params.locationId));
  const data = found === undefined ? undefined : partOf(found, params);
  if (data === undefined) return answer(reply, { http: 404, code: ocpiCodes.unknownLocation }, parts.now());
  return answer(reply, { code: ocpiCodes.done, data }, parts.now());
}

/** The location, or the part of it that the path names; ids know no case. */
function partOf(view: LocationView, { evseUid, connectorId }: Path): object | undefined {
  if (evseUid === undefined) return locationOf(view);
  const evse = view.evses.find(({ placement }) => placement.uid === evseUid.toLowerCase());
  const told = evse === undefined ? undefined : evseOf(evse);
  return connectorId === undefined ? told : told?.connectors.find(({ id }) => id === connectorId);
}
