// One instance of billing in a process of its own, over the topics of a test: `tsx one-instance.ts <run>`, for tests that kill it.
import { topicsOfRun, secrets } from './rig.ts';
import { billingConfig } from '#services/billing/config';
import { startBilling } from '#services/billing/main';

const [run = ''] = process.argv.slice(2);
await startBilling(billingConfig(process.env), topicsOfRun(run), secrets);
// Ends with whoever started it.
process.stdin.on('close', () => process.exit()).resume();
