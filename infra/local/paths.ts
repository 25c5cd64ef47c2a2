// Where things lie on this machine: the checkout, its data directory, and what is inside it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const rootDir = fileURLToPath(new URL('../..', import.meta.url));

/** Everything `npm start` keeps; DATA_DIR moves it. */
export const dataDir = process.env['DATA_DIR'] ?? join(rootDir, '.data');

export const kafkaInfraDir = join(rootDir, 'infra', 'kafka');
export const kafkaLibsDir = join(kafkaInfraDir, 'libs');
