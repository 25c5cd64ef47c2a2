// ClickHouse of the local stack: the engine (npm chdb) in this process, behind the HTTP protocol of ClickHouse.
import { mkdirSync } from 'node:fs';
import { type Config, frontConfig } from '#infra/local/clickhouse-http/config';
import { openEngine } from '#infra/local/clickhouse-http/engine';
import { createPipes } from '#infra/local/clickhouse-http/pipes';
import { makeScratchDir, removeScratchDir } from '#infra/local/clickhouse-http/scratch';
import { startServer } from '#infra/local/clickhouse-http/server';
import { createSessions } from '#infra/local/clickhouse-http/sessions';
import { createSpool } from '#infra/local/clickhouse-http/spool';
import { hasThreads, runAgainWithThreads } from '#infra/local/clickhouse-http/threads';
import { createUsers } from '#infra/local/clickhouse-http/users';
import { Fault } from '#kit/fault';
import { Lifecycle, endWithProcess } from '#kit/lifecycle';
import { type Logger, createLogger } from '#kit/logger';

const closeTimeoutMs = 5_000;

async function start(config: Config, logger: Logger): Promise<void> {
  const lifecycle = new Lifecycle(logger);
  endWithProcess(lifecycle, logger, closeTimeoutMs);
  try {
    mkdirSync(config.dataDir, { recursive: true });
    // The engine first: its lock on the directory makes the scratch directory ours alone.
    const engine = lifecycle.add('engine', await openEngine(config.dataDir));
    const scratchDir = makeScratchDir(config.dataDir);
    lifecycle.add('scratch', { close: async () => removeScratchDir(scratchDir) });
    const sessions = lifecycle.add('sessions', createSessions(engine));
    const parts = { engine, sessions, spool: createSpool(scratchDir), pipes: createPipes(scratchDir) };
    const users = createUsers({ ...config, password: config.password ?? '' });
    lifecycle.add('server', await startServer(parts, { host: config.host, port: config.port, users, logger }));
    logger.info({ host: config.host, port: config.port, version: engine.version }, 'ClickHouse answers');
  } catch (error) {
    await lifecycle.close();
    throw error;
  }
}

function giveUp(error: unknown): void {
  process.stderr.write(`${error instanceof Fault ? error.detail : String(error)}\n`);
  process.exit(1);
}

if (!hasThreads()) {
  runAgainWithThreads();
} else {
  try {
    await start(frontConfig(process.env), createLogger('clickhouse'));
  } catch (error) {
    giveUp(error);
  }
}
