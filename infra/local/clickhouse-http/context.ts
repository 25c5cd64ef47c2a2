// The context of one request on its connection: settings, parameters, database; undone where the connection is kept.
import type { Call } from '#infra/local/clickhouse-http/call';
import { type Connection, quoted } from '#infra/local/clickhouse-http/engine';
import { heldResultBytesMax } from '#infra/local/clickhouse-http/limits';
import type { Lease } from '#infra/local/clickhouse-http/sessions';

/** Sets what the request brings. `marker` is the log_comment by which its query can be found and killed. */
export async function enterContext(lease: Lease, call: Call, marker: string): Promise<() => Promise<void>> {
  const settings = new Map([...call.settings, ['implicit_select', call.settings.get('implicit_select') ?? '0']]);
  if (!settings.has('log_comment')) settings.set('log_comment', marker);
  // A result that is held whole is bounded while it grows.
  if (call.isHeld && !settings.has('max_result_bytes')) settings.set('max_result_bytes', String(heldResultBytesMax));
  // readonly cannot be taken back, so on a kept connection the gate alone minds it.
  if (lease.isKept) settings.delete('readonly');
  const { connection } = lease;
  const leave = lease.isKept
    ? await remember(connection, [...settings.keys()], call.database !== undefined)
    : async () => {};
  const assignments = [
    ...[...settings].map(([name, value]) => `${name} = ${quoted(value)}`),
    ...[...call.parameters].map(([name, value]) => `param_${name} = ${quoted(value)}`),
  ];
  try {
    if (call.database !== undefined) await connection.run(`USE ${nameOf(call.database)}`);
    await connection.run(`SET ${assignments.join(', ')}`);
  } catch (error) {
    await leave();
    throw error;
  }
  return leave;
}

// What the settings are now, as the way back to it. Parameters stay: a session has no way to forget one.
async function remember(
  connection: Connection,
  names: readonly string[],
  changesDatabase: boolean,
): Promise<() => Promise<void>> {
  const list = names.map(quoted).join(', ');
  const rows = await connection.run(
    `SELECT name, value, changed, currentDatabase() FROM system.settings WHERE name IN (${list}) FORMAT JSONCompactEachRow`,
  );
  const before = Buffer.from(rows.bytes).toString('utf8').trimEnd().split('\n');
  const known = before
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as [string, string, number, string]);
  const assignments = known.map(([name, value, changed]) => `${name} = ${changed === 1 ? quoted(value) : 'DEFAULT'}`);
  const database = known[0]?.[3];
  return async () => {
    if (assignments.length > 0) await connection.run(`SET ${assignments.join(', ')}`);
    if (changesDatabase && database !== undefined) await connection.run(`USE ${nameOf(database)}`);
  };
}

function nameOf(database: string): string {
  return `\`${database.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
