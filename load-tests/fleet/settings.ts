// A station's settings under version-neutral names; only what a platform changed is kept per station.

const defaults = {
  heartbeatIntervalSeconds: 300,
  meterIntervalSeconds: 60,
  transactionMessageAttempts: 3,
  transactionMessageRetryIntervalSeconds: 60,
  backOffWaitMinimumSeconds: 3,
  backOffRandomRangeSeconds: 5,
  backOffRepeatTimes: 4,
  webSocketPingIntervalSeconds: 0,
  authorizeRemoteStart: 0,
  stopOnInvalidToken: 1,
  startOffline: 1,
};

export type SettingName = keyof typeof defaults;

export type Settings = Record<SettingName, number>;

/** Whole numbers; switches are 0 and 1. `own` are this fleet's defaults. */
export function newSettings(own: Partial<Settings>): Settings {
  return { ...defaults, ...own };
}

export const switches: ReadonlySet<SettingName> = new Set([
  'authorizeRemoteStart',
  'stopOnInvalidToken',
  'startOffline',
]);

const secondsMax = 86_400;

/** The setting as OCPP writes it: digits, or true and false. */
export function settingText(settings: Settings, name: SettingName): string {
  const value = settings[name];
  return switches.has(name) ? String(value === 1) : String(value);
}

/** Sets it from OCPP's text; false where the text is no value of it. */
export function setFromText(settings: Settings, name: SettingName, text: string): boolean {
  if (switches.has(name)) {
    if (!/^(true|false)$/i.test(text)) return false;
    settings[name] = text.toLowerCase() === 'true' ? 1 : 0;
    return true;
  }
  if (!/^\d{1,6}$/.test(text) || Number(text) > secondsMax) return false;
  settings[name] = Number(text);
  return true;
}
