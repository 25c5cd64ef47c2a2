// The parts for a test run: real ones, on free ports, with data that are thrown away.
import { join } from 'node:path';
import { freePorts } from '#infra/local/ports';
import type { PartName } from '#infra/local/part';
import { type Parts, startParts } from '#infra/local/parts';
import { loadSecrets } from '#infra/local/secrets';
import { makeThrowAway, sweepThrowAways } from '#infra/local/throw-away';

/** Starts only the parts that are needed; close() leaves neither a process nor a file. */
export async function startTestParts(needs: readonly PartName[]): Promise<Parts> {
  await sweepThrowAways();
  const place = makeThrowAway();
  try {
    const [kafka = 0, kafkaController = 0, postgres = 0, clickhouse = 0] = await freePorts(4);
    const secretsFile = join(place.dir, 'secrets.json');
    const parts = await startParts({
      needs,
      place: { dataDir: place.dir, logDir: join(place.dir, 'logs'), pidDir: place.pidDir, throwAway: true },
      ports: { kafka, kafkaController, postgres, clickhouse },
      secrets: loadSecrets(secretsFile),
      environment: process.env,
    });
    const close = async (): Promise<void> => {
      await parts.close();
      place.remove();
    };
    return { ...parts, environment: { ...parts.environment, SECRETS_FILE: secretsFile }, close };
  } catch (error) {
    place.remove();
    throw error;
  }
}
