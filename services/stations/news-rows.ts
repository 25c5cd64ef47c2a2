// Turns the news of stations into rows of connections, connectors and variables, one row per key.
import type { ReportedVariable } from '#contracts/generated/types';
import type { News, Station } from './domain/station.ts';

/** One piece of news and whose it is, in log order per station. */
export type Told = { readonly station: Station; readonly news: News };

export function openedRows(told: readonly Told[]) {
  return told.flatMap(({ station, news }) => {
    if (news.kind !== 'opened') return [];
    const { connection } = news;
    return [
      {
        ...ownerOf(station),
        connection_epoch: connection.firstEpoch,
        connected_at_ms: connection.connectedAt,
        gateway_id: connection.gatewayId,
        subprotocol: connection.subprotocol,
        security_profile: connection.securityProfile,
        remote_address: connection.remoteAddress,
      },
    ];
  });
}

/** The fold says the end of a connection once. */
export function closedRows(told: readonly Told[]) {
  return told.flatMap(({ station, news }) => {
    if (news.kind !== 'closed') return [];
    const { at, cause, closeCode } = news.end;
    return [
      {
        ...ownerOf(station),
        connection_epoch: news.firstEpoch,
        ended_at_ms: at,
        end_cause: cause,
        close_code: closeCode,
      },
    ];
  });
}

/** The last status of each connector. */
export function connectorRows(told: readonly Told[]): object[] {
  const rows = new Map<string, object>();
  for (const { station, news } of told) {
    if (news.kind !== 'status') continue;
    const { connector } = news;
    rows.set(keyOf([station.tenantId, station.stationId, connector.evseId, connector.connectorId]), {
      ...ownerOf(station),
      evse_id: connector.evseId,
      connector_id: connector.connectorId,
      status: connector.status,
      status_at_ms: connector.at,
      recorded_at_ms: connector.recordedAt,
      error_code: connector.errorCode,
      info: connector.info,
      vendor_id: connector.vendorId,
      vendor_error_code: connector.vendorErrorCode,
    });
  }
  return [...rows.values()];
}

/** Variables to write, and what inventories say to be gone after that: in the order of the log, station by station. */
export function variableStages(told: readonly Told[]): { readonly rows: object[]; readonly gone: object[] }[] {
  const stages: { told: Told[]; gone: object[] }[] = [];
  const stageOf = new Map<Station, number>();
  for (const each of told) {
    const { station, news } = each;
    if (news.kind !== 'variables' && news.kind !== 'inventory') continue;
    const number = stageOf.get(station) ?? 0;
    const stage = (stages[number] ??= { told: [], gone: [] });
    if (news.kind === 'variables') {
      stage.told.push(each);
      continue;
    }
    stage.gone.push({ ...ownerOf(station), epoch: news.epoch, log_offset: news.offset });
    stageOf.set(station, number + 1);
  }
  return stages.map(({ told: of, gone }) => ({ rows: variableRows(of), gone }));
}

/** The last report of each variable; one of an older connection never replaces a newer one's. */
function variableRows(told: readonly Told[]): object[] {
  const rows = new Map<string, { epoch: number }>();
  for (const { station, news } of told) {
    if (news.kind !== 'variables') continue;
    const { epoch, offset, reportedAt } = news;
    for (const variable of news.variables) {
      const columns = columnsOf(variable);
      const key = keyOf([station.tenantId, station.stationId, ...Object.values(columns.name)]);
      if ((rows.get(key)?.epoch ?? epoch) > epoch) continue;
      const position = { reported_at_ms: reportedAt, epoch, log_offset: offset };
      rows.set(key, { ...ownerOf(station), ...columns.name, ...columns.value, ...position });
    }
  }
  return [...rows.values()];
}

function columnsOf(variable: ReportedVariable) {
  const name = {
    component: variable.component,
    component_instance: variable.componentInstance ?? '',
    evse_id: variable.evseId ?? 0,
    connector_id: variable.connectorId ?? 0,
    variable: variable.variable,
    variable_instance: variable.variableInstance ?? '',
    attribute: variable.attribute,
  };
  const value = {
    value: variable.value,
    mutability: variable.mutability,
    persistent: variable.persistent,
    constant: variable.constant,
    data_type: variable.dataType,
    unit: variable.unit,
    min_limit: variable.minLimit,
    max_limit: variable.maxLimit,
    values_list: variable.valuesList,
    supports_monitoring: variable.supportsMonitoring,
  };
  return { name, value };
}

function ownerOf(station: Station) {
  return { tenant_id: station.tenantId, station_id: station.stationId };
}

/** As Postgres will compare them: with U+0000 replaced, two names may be one. */
function keyOf(parts: readonly (string | number)[]): string {
  return JSON.stringify(parts).replaceAll('\\u0000', '\uFFFD');
}
