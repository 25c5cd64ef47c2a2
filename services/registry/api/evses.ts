// /v1/stations/{id}/evses: one EVSE at a time; each change is a change of its station.
import Type from 'typebox';
import { evseValue, stationIdPattern, type EvseValue, type StationValue } from '#contracts/registry';
import { problem, type HttpApi } from '#kit/http';
import { evseOf, stationViolations, withEvse, withoutEvse } from '../domain/station.ts';
import { stations as kind } from '../store/kinds.ts';
import { changeOne, type Store } from '../store/write.ts';
import { readOne } from './read.ts';
import { refuse, sendRow } from './respond.ts';
import { shownStation } from './register-station.ts';
import { problems } from '#kit/http-schemas';
import { expectedOf, ifMatch } from '#kit/http-versions';
import { evseBody, station } from './station-schemas.ts';

const tags = ['stations'];
const { evseId } = evseValue.properties;
const stationId = Type.String({ pattern: stationIdPattern });
const params = Type.Object({ stationId, evseId });
const evses = Type.Object({ items: Type.Array(evseValue) });

export function addEvseRoutes(api: HttpApi, store: Store): void {
  addReading(api, store);
  api.put(
    '/v1/stations/:stationId/evses/:evseId',
    {
      schema: {
        tags,
        summary: 'Add an EVSE to a station, or replace it',
        params,
        headers: ifMatch,
        body: evseBody,
        response: { 200: station, ...problems },
      },
    },
    async ({ caller, params: { stationId: id, evseId: number }, headers, body: { version, ...fields } }, reply) => {
      const expected = expectedOf(headers, { version });
      const decide = (current: StationValue) => {
        const value = withEvse(current, evseOf({ ...fields, evseId: number }));
        return { value, violations: stationViolations(value, true) };
      };
      return sendRow(reply, await changeOne(store, caller, { kind, id, expected, decide }), shownStation);
    },
  );
  api.delete(
    '/v1/stations/:stationId/evses/:evseId',
    {
      schema: {
        tags,
        summary: 'Remove an EVSE from a station',
        params,
        headers: ifMatch,
        response: { 200: station, ...problems },
      },
    },
    async ({ caller, params: { stationId: id, evseId: number }, headers }, reply) => {
      const decide = (current: StationValue) => ({ value: withoutEvse(current, number), violations: [] });
      const outcome = await changeOne(store, caller, { kind, id, expected: expectedOf(headers), decide });
      return sendRow(reply, outcome, shownStation);
    },
  );
}

function addReading(api: HttpApi, store: Store): void {
  api.get(
    '/v1/stations/:stationId/evses',
    {
      schema: {
        tags,
        summary: 'List the EVSEs of a station',
        params: Type.Object({ stationId }),
        response: { 200: evses, ...problems },
      },
    },
    async ({ caller, params: { stationId: id } }, reply) => {
      const outcome = await readOne(store, caller, kind, id);
      return outcome.kind === 'refused' ? refuse(reply, outcome) : reply.send({ items: outcome.result.value.evses });
    },
  );
  api.get(
    '/v1/stations/:stationId/evses/:evseId',
    { schema: { tags, summary: 'Read an EVSE', params, response: { 200: evseValue, ...problems } } },
    async ({ caller, params: { stationId: id, evseId: number } }, reply) => {
      const outcome = await readOne(store, caller, kind, id);
      if (outcome.kind === 'refused') return refuse(reply, outcome);
      const found: EvseValue | undefined = outcome.result.value.evses.find((evse) => evse.evseId === number);
      return found === undefined ? problem(reply, { status: 404, title: 'There is no such EVSE' }) : reply.send(found);
    },
  );
}
