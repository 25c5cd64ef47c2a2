// Configuration of a gateway, with defaults and bounds.
import { commonSettings } from '#kit/common-settings';
import { choice, integer, list, optionalText, readConfig, text, type ConfigOf, type Environment } from '#kit/env';
import { uidRulesSetting } from './uid-rules-setting.ts';

const settings = {
  ...commonSettings,
  port: integer('GATEWAY_PORT', 9000, 0, 65_535),
  adminPort: integer('GATEWAY_ADMIN_PORT', 9100, 0, 65_535),
  registryUrl: text('REGISTRY_URL', 'http://127.0.0.1:8101'),
  registryTimeoutMs: integer('REGISTRY_TIMEOUT_MS', 5_000, 100, 60_000),
  /** Asked only where a station goes down to profile 2 with its operator's consent. */
  stationsUrl: text('STATIONS_URL', 'http://127.0.0.1:8102'),
  stationsTimeoutMs: integer('STATIONS_TIMEOUT_MS', 5_000, 100, 60_000),
  uwsNative: choice('UWS_NATIVE', 'warn', ['warn', 'require']),
  /** A frame beyond it, inflated or not, closes the socket with 1009; beyond twice that, or not in UTF-8, it is cut off (1006). */
  frameBytesMax: integer('FRAME_BYTES_MAX', 256 * 1024, 16 * 1024, 4 * 1024 * 1024),
  /** What we may owe a slow reader before its socket is closed. */
  owedBytesMax: integer('OWED_BYTES_MAX', 64 * 1024, 16 * 1024, 4 * 1024 * 1024),
  /** CALLs of one socket that may wait behind the one being served; one more closes the socket. */
  callsWaitingMax: integer('CALLS_WAITING_MAX', 16, 1, 1000),
  /** Sustained CALLs per second of one socket, a frame of 8 KiB or more counting as several; above it answers are paced, never refused. */
  callsPerSecondMax: integer('CALLS_PER_SECOND_MAX', 50, 1, 10_000),
  callsBurstMax: integer('CALLS_BURST_MAX', 200, 1, 100_000),
  /** How long our CALL waits for the station's answer. */
  callTimeoutMs: integer('CALL_TIMEOUT_MS', 30_000, 100, 120_000),
  /** How long a source outside may take to answer a question; the station waits meanwhile (30 s, then it gives up). */
  questionTimeoutMs: integer('QUESTION_TIMEOUT_MS', 10_000, 10, 25_000),
  questionsAtOnceMax: integer('QUESTIONS_AT_ONCE_MAX', 256, 1, 100_000),
  /** Where partners are asked about their tokens (the ocpi service); not given: what we know of the token decides. */
  partnerTokensUrl: optionalText('PARTNER_TOKENS_URL'),
  /** A driver stands and waits. */
  partnerTimeoutMs: integer('PARTNER_TIMEOUT_MS', 3_000, 10, 20_000),
  partnerQuestionsAtOnceMax: integer('PARTNER_QUESTIONS_AT_ONCE_MAX', 256, 1, 100_000),
  /** Asked what a transaction costs, where stations show that to their drivers. */
  billingUrl: text('BILLING_URL', 'http://127.0.0.1:8105'),
  /** The station waits meanwhile, after its facts are in the log, and gives up after 30 s in all. */
  costTimeoutMs: integer('COST_TIMEOUT_MS', 3_000, 10, 12_000),
  costQuestionsAtOnceMax: integer('COST_QUESTIONS_AT_ONCE_MAX', 512, 1, 100_000),
  /** What a running transaction came to is told at most so often. */
  runningCostEveryMs: integer('RUNNING_COST_EVERY_MS', 60_000, 0, 86_400_000),
  uidRules: uidRulesSetting('UID_RULES'),
  /** PEM of the roots under which contract certificates of vehicles are trusted (ISO 15118); not given: none is. */
  v2gRootsFile: optionalText('V2G_ROOTS_FILE'),
  /** host or host:port of OCSP responders that may be asked for stations (2.x GetCertificateStatus). */
  ocspResponders: list('OCSP_RESPONDERS', []),
  /** Services of the installation that answer for us, as http-source.ts says; not given: stations hear that nobody can. */
  chainStatusUrl: optionalText('CERTIFICATE_CHAIN_STATUS_URL'),
  contractCertificatesUrl: optionalText('CONTRACT_CERTIFICATES_URL'),
  vatNumbersUrl: optionalText('VAT_NUMBERS_URL'),
  pingEveryMs: integer('PING_EVERY_MS', 30_000, 1_000, 86_400_000),
  /** A socket that ever answered a ping is dead after so long without any frame; any other after three heartbeats, but no sooner. */
  deadAfterMs: integer('DEAD_AFTER_MS', 90_000, 2_000, 86_400_000),
  /** How long a displaced socket may answer a ping before it is closed. */
  supersededGraceMs: integer('SUPERSEDED_GRACE_MS', 2_000, 10, 60_000),
  /** Stopped for longer, this process ends its connections as it wakes: others may have given them up (after 30 s). */
  pausedMsMax: integer('PAUSED_MS_MAX', 15_000, 200, 600_000),
  upgradesPerSecondMax: integer('UPGRADES_PER_SECOND_MAX', 500, 1, 100_000),
  upgradesBurstMax: integer('UPGRADES_BURST_MAX', 1_000, 1, 100_000),
  /** Connects of one identity, after it proved who it is. */
  identityConnectsPerSecondMax: integer('IDENTITY_CONNECTS_PER_SECOND_MAX', 1, 1, 1_000),
  identityConnectsBurstMax: integer('IDENTITY_CONNECTS_BURST_MAX', 5, 1, 10_000),
  /** So many connects of one identity within the window, and it is refused for a while. */
  flappingConnectsMax: integer('FLAPPING_CONNECTS_MAX', 15, 2, 100_000),
  flappingWindowMs: integer('FLAPPING_WINDOW_MS', 60_000, 100, 3_600_000),
  flappingRefusedMs: integer('FLAPPING_REFUSED_MS', 300_000, 100, 86_400_000),
  /** 0: no limit. Mobile carriers put thousands of stations behind one address, so only who knows the sites sets it. */
  addressUpgradesPerSecondMax: integer('ADDRESS_UPGRADES_PER_SECOND_MAX', 0, 0, 100_000),
  addressUpgradesBurstMax: integer('ADDRESS_UPGRADES_BURST_MAX', 100, 1, 100_000),
  /** Where proxies that end TLS hand over stations of profiles 2 and 3, and nobody else is heard; 0: nowhere. */
  proxiedPort: integer('GATEWAY_PROXIED_PORT', 0, 0, 65_535),
  /** Proxies whose X-Forwarded-For is believed, and at the proxied port what they say of profile and certificate. */
  trustedProxies: list('TRUSTED_PROXIES', []),
  /** Failed logins before password checks rest, for a second and then twice as long each time. */
  identityFailuresFree: integer('IDENTITY_FAILURES_FREE', 10, 1, 100_000),
  addressFailuresFree: integer('ADDRESS_FAILURES_FREE', 100, 1, 1_000_000),
  failuresRestMsMin: integer('FAILURES_REST_MS_MIN', 1_000, 10, 3_600_000),
  failuresRestMsMax: integer('FAILURES_REST_MS_MAX', 300_000, 10, 86_400_000),
  /**
   * Of an address: thousands of stations may stand behind one, some of them with wrong passwords for ever. The others
   * have to get in between, so its guesses are slowed down to about one per such time, and never shut out.
   */
  addressRestMsMax: integer('ADDRESS_REST_MS_MAX', 1_000, 10, 86_400_000),
  /** Upgrades whose password is being checked, at once: nobody else is undecided. */
  passwordChecksMax: integer('PASSWORD_CHECKS_MAX', 8, 1, 1_000),
  /** A failed login is answered so long after it came, whether the identity exists or not; so many may wait for that. */
  failedLoginAnswerMs: integer('FAILED_LOGIN_ANSWER_MS', 250, 0, 10_000),
  failedLoginsHeldMax: integer('FAILED_LOGINS_HELD_MAX', 1_000, 1, 100_000),
  /** Identities and addresses that are remembered for these limits. */
  limitedKeysMax: integer('LIMITED_KEYS_MAX', 100_000, 100, 10_000_000),
  leaseEveryMs: integer('LEASE_EVERY_MS', 5_000, 100, 60_000),
  /** Within the 30 s that stations wait for an answer: a socket that closes costs them no try, a timeout does. */
  appendTimeoutMs: integer('APPEND_TIMEOUT_MS', 25_000, 100, 600_000),
  /** Appends wait and none is acknowledged for so long: the log is slow, then away (upgrades refused, sockets closed). */
  logSlowAfterMs: integer('LOG_SLOW_AFTER_MS', 1_000, 100, 600_000),
  logAwayAfterMs: integer('LOG_AWAY_AFTER_MS', 10_000, 200, 600_000),
  /** Sockets closed in waves, on average, while the log is away, at overload 4 and in a drain: below what others admit. */
  closesPerSecondMax: integer('CLOSES_PER_SECOND_MAX', 500, 1, 100_000),
  /** How long a drain may take before the sockets that are left are closed at once; N / CLOSES_PER_SECOND_MAX in production. */
  drainGraceMs: integer('DRAIN_GRACE_MS', 4_000, 0, 3_600_000),
  /** What this process may take; the levels of overload are shares of it. */
  rssBytesMax: integer('RSS_BYTES_MAX', 4 * 1024 ** 3, 64 * 1024 ** 2, 1024 ** 4),
  lanes: integer('LOG_LANES', 1, 1, 64),
  lingerMs: integer('LOG_LINGER_MS', 2, 0, 1000),
  batchRecordsMax: integer('LOG_BATCH_RECORDS_MAX', 3_000, 1, 100_000),
  batchBytesMax: integer('LOG_BATCH_BYTES_MAX', 900_000, 1_000, 10_000_000),
  queueBytesMax: integer('LOG_QUEUE_BYTES_MAX', 64 * 1024 * 1024, 100_000, 2_000_000_000),
  /** Exchanges are told to the log for people who look for a fault, unless a station or tenant wants it not. */
  framesRecorded: choice('FRAMES_RECORDED', 'on', ['on', 'off']),
  framesQueueBytesMax: integer('FRAMES_QUEUE_BYTES_MAX', 8 * 1024 * 1024, 10_000, 1_000_000_000),
  closeTimeoutMs: integer('CLOSE_TIMEOUT_MS', 8_000, 100, 120_000),
} as const;

export type GatewayConfig = ConfigOf<typeof settings>;

/** Throws Fault CONFIG_INVALID that names every faulty variable. */
export function gatewayConfig(environment: Environment): GatewayConfig {
  return readConfig(settings, environment);
}
