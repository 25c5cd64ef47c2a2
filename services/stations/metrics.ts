// Metrics of the stations service.
import { counter, gauge, histogram } from '#kit/metrics';

export const stationsConnected = gauge('stations_connected', {
  help: 'Stations with a live connection, as the log says',
});
export const commandsRequested = counter('commands_requested_total', {
  help: 'Commands taken from operators',
  labels: ['intent'],
});
export const commandsCompleted = counter('commands_completed_total', {
  help: 'Commands completed, by whoever completed them first',
  labels: ['intent', 'outcome'],
});
export const commandLatencySeconds = histogram('command_latency_seconds', {
  help: 'From the request of a command to its completion',
  labels: ['intent'],
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
});
export const decisions = counter('command_decisions_total', {
  help: 'What the command-completion process decided',
  labels: ['decision'],
});
export const startResults = counter('start_results_total', {
  help: 'What remote starts came to, as the process decided',
  labels: ['result'],
});
export const signingDecisions = counter('certificate_requests_decided_total', {
  help: 'Certificate signing requests of stations',
  labels: ['decision'],
});
export const onboardings = counter('onboardings_total', {
  help: 'Attempts to configure pending stations, by their end',
  labels: ['result'],
});
export const leasesExpired = counter('connections_ended_by_timer_total', {
  help: 'Connections that the lease timer ended',
});
export const reservationsEnded = counter('reservations_ended_by_timer_total', {
  help: 'Reservations that the reservation timer ended',
  labels: ['change'],
});
export const fileTransfers = counter('station_file_transfers_total', {
  help: 'Requests of stations to the file server: downloaded, part, cut, uploaded, truncated, slow, failed, or the status that refused them',
  labels: ['outcome'],
});
export const filesRefused = counter('station_files_refused_total', {
  help: 'Files of operators and stations that there was no room for: too-large, tenant-full, store-full',
  labels: ['reason'],
});
