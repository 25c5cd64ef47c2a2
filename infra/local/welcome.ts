// What `npm start` tells a person once all is up: where things are, the key, and three commands to paste.
import { analystUser } from '#infra/local/clickhouse';
import type { Urls } from '#infra/local/programs';
import type { Secrets } from '#infra/local/secrets';

export type WelcomeFacts = {
  readonly urls: Urls;
  readonly kafka: string;
  readonly postgres: string;
  readonly clickhouse: string;
  readonly secrets: Secrets;
  readonly seconds: number;
  /** Authorization header of the demo's OCPI partner; undefined: it has none. */
  readonly partnerHeader?: string | undefined;
};

const energyTodaySql = 'select location_name, sum(energy_kwh) from chargestream.energy_today group by location_name';
const ownStation = '{"stationId":"my-station"}';

/** The lines, without an end of line at the last. */
export function welcome(facts: WelcomeFacts): string {
  const { urls, kafka, postgres, clickhouse, secrets, seconds } = facts;
  const key = secrets.demoOperatorKey;
  const clickHouseBase = new URL(clickhouse).origin;
  const rows = [
    ['stations (OCPP)', `${urls.ocpp}/<station>`],
    ['operator API', urls.operator],
    ['its documentation', `${urls.operator}/docs`],
    ['ClickHouse', `${clickHouseBase}  (user ${analystUser}, password ${secrets.analystPassword})`],
    ['Kafka', kafka],
    ['Postgres', postgres],
    ['operator key', key],
  ];
  return [
    '',
    `Chargestream is up after ${seconds.toFixed(1)} s.`,
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(18)} ${value}`),
    '',
    '  Watch it live:',
    `    curl -N -H "authorization: Bearer ${key}" ${urls.operator}/v1/live`,
    '  Ask ClickHouse for the energy of today, per location:',
    `    curl -u ${analystUser}:${secrets.analystPassword} ${clickHouseBase}/ --data-binary "${energyTodaySql}"`,
    `  Connect a station of your own: register it, then point it at ${urls.ocpp}/my-station with the password in the answer:`,
    `    curl -X POST -H "authorization: Bearer ${key}" -H "content-type: application/json" -d '${ownStation}' ${urls.operator}/v1/stations`,
    ...partnerLines(facts),
    '',
    'Ctrl-C ends it; the data stay.',
    '',
  ].join('\n');
}

function partnerLines({ urls, partnerHeader }: WelcomeFacts): string[] {
  if (partnerHeader === undefined) return [];
  const headers = `-H "authorization: ${partnerHeader}" -H "x-request-id: 1" -H "x-correlation-id: 1"`;
  return [
    '  Read the CDRs as the OCPI partner whose drivers hold every third card of the fleet:',
    `    curl ${headers} ${urls.ocpiPartners}/ocpi/cpo/2.2.1/cdrs`,
  ];
}
