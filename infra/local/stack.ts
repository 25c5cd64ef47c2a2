// `npm run stack`: only the three parts, until Ctrl-C.
import { runUntilEnded, say } from '#infra/local/run-until-ended';
import { loadSecrets } from '#infra/local/secrets';
import { dirs, readPorts } from '#infra/local/settings';
import { startStackParts, takePlace } from '#infra/local/stack-parts';

runUntilEnded(async (run) => {
  const startedMs = performance.now();
  const ports = readPorts(process.env);
  await takePlace(run, { dirs, ports, morePorts: [] });
  say('Starting Kafka, Postgres and ClickHouse …');
  const parts = await startStackParts(run, { dirs, ports, secrets: loadSecrets(dirs.secretsFile) });
  run.signal.throwIfAborted();
  say(`\nThe stack is up after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s. For a program beside it:\n`);
  for (const [variable, url] of Object.entries(parts.environment)) say(`  export ${variable}='${url}'`);
  say(`  export SECRETS_FILE='${dirs.secretsFile}'\n\nCtrl-C ends it.`);
});
