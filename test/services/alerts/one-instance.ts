// One instance of alerts in a process of its own, over the topics of a test: `tsx one-instance.ts <run>`, for tests that kill it.
import { alertsConfig } from '#services/alerts/config';
import { startAlerts } from '#services/alerts/main';
import { secrets, topicsOfRun } from './rig.ts';

const [run = ''] = process.argv.slice(2);
await startAlerts(alertsConfig(process.env), topicsOfRun(run), secrets);
// Ends with whoever started it.
process.stdin.on('close', () => process.exit()).resume();
