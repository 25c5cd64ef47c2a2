// Parameters of every intent, with the CALLs that each version makes of them, or the sentence that says why there are none.
import type { Intent } from '#contracts/commands';

export type Example = {
  readonly parameters: object;
  readonly '1.6': readonly string[] | RegExp;
  readonly '2.0.1': readonly string[] | RegExp;
  readonly '2.1': readonly string[] | RegExp;
};

const token = { uid: 'CARD-1', type: 'ISO14443' };
const at = '2026-11-26T10:00:00Z';
const location = 'https://files.example/one';
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const checksum = '0123456789abcdef0123456789abcdef';
const certificate = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb', serialNumber: '1f' };
const tariff = { tariffId: 'T1', currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }] } };
const retries = { retries: 2, retryIntervalSeconds: 60 };

const profile = {
  profileId: 9,
  stackLevel: 1,
  purpose: 'TxDefaultProfile',
  kind: 'Recurring',
  recurrency: 'Daily',
  validFrom: at,
  validTo: at,
  schedules: [
    {
      unit: 'A',
      startsAt: at,
      durationSeconds: 86_400,
      minRate: 6,
      periods: [
        { startSeconds: 0, limit: 16.1, phases: 3 },
        { startSeconds: 3600, limit: 8 },
      ],
    },
  ],
};

/** The same words in every version, in 1.6 and 2.x, or in 2.x alone. */
const every = (action: string) => ({ '1.6': [action], '2.0.1': [action], '2.1': [action] });
const both = (one: string, two: string) => ({ '1.6': [one], '2.0.1': [two], '2.1': [two] });
const only2 = (action: string) => ({ '1.6': /^1\.6 has no /, '2.0.1': [action], '2.1': [action] });
const only21 = (action: string) => ({ '1.6': /^1\.6 has no /, '2.0.1': /^2\.0\.1 has no /, '2.1': [action] });
const never16 = (why: RegExp, action: string) => ({ '1.6': why, '2.0.1': [action], '2.1': [action] });

export const examples: Readonly<Record<Intent, readonly [Example, ...Example[]]>> = {
  StartCharging: [
    { parameters: { token }, ...both('RemoteStartTransaction', 'RequestStartTransaction') },
    {
      parameters: { evseId: 1, token, groupToken: token, chargingProfile: { ...profile, purpose: 'TxProfile' } },
      ...both('RemoteStartTransaction', 'RequestStartTransaction'),
    },
    {
      parameters: { token, chargingProfile: { ...profile, purpose: 'ChargingStationExternalConstraints' } },
      ...never16(/no charging profiles for ChargingStationExternalConstraints/, 'RequestStartTransaction'),
    },
  ],
  StopCharging: [
    { parameters: { transactionId: '17' }, ...both('RemoteStopTransaction', 'RequestStopTransaction') },
    { parameters: { transactionId: 'a-b' }, ...never16(/a-b is not a whole number/, 'RequestStopTransaction') },
  ],
  UnlockConnector: [
    { parameters: { evseId: 1 }, ...every('UnlockConnector') },
    { parameters: { evseId: 1, connectorId: 2 }, ...every('UnlockConnector') },
  ],
  ReserveConnector: [
    { parameters: { evseId: 2, token, groupToken: token, expiresAt: at, reservationId: 7 }, ...every('ReserveNow') },
    {
      parameters: { connectorType: 'cCCS2', token, expiresAt: at },
      ...never16(/reserves no type of connector/, 'ReserveNow'),
    },
  ],
  CancelReservation: [{ parameters: { reservationId: 7 }, ...every('CancelReservation') }],
  ReadTransactionStatus: [{ parameters: { transactionId: 'T' }, ...only2('GetTransactionStatus') }],
  TellCost: [{ parameters: { transactionId: 'T', totalCost: '12.34' }, ...only2('CostUpdated') }],
  UsePriorityCharging: [{ parameters: { transactionId: 'T', activate: true }, ...only21('UsePriorityCharging') }],
  NotifyWebPaymentStarted: [{ parameters: { evseId: 1, timeoutSeconds: 60 }, ...only21('NotifyWebPaymentStarted') }],
  ResetStation: [
    { parameters: { when: 'immediately' }, ...every('Reset') },
    { parameters: { when: 'idle', evseId: 1 }, ...never16(/resets as a whole/, 'Reset') },
  ],
  ChangeAvailability: [
    { parameters: { operative: false }, ...every('ChangeAvailability') },
    { parameters: { evseId: 1, connectorId: 1, operative: true }, ...every('ChangeAvailability') },
  ],
  TriggerMessage: [
    { parameters: { message: 'StatusNotification', evseId: 1, connectorId: 1 }, ...every('TriggerMessage') },
    { parameters: { message: 'LogStatusNotification' }, ...both('ExtendedTriggerMessage', 'TriggerMessage') },
    { parameters: { message: 'SignChargingStationCertificate' }, ...both('ExtendedTriggerMessage', 'TriggerMessage') },
    { parameters: { message: 'DiagnosticsStatusNotification' }, ...every('TriggerMessage') },
    { parameters: { message: 'TransactionEvent' }, ...never16(/cannot trigger TransactionEvent/, 'TriggerMessage') },
  ],
  ClearCache: [{ parameters: {}, ...every('ClearCache') }],
  DataTransfer: [
    { parameters: { vendorId: 'v' }, ...every('DataTransfer') },
    { parameters: { vendorId: 'v', messageId: 'm', data: { a: [1] } }, ...every('DataTransfer') },
    { parameters: { vendorId: 'v', data: 5 }, ...every('DataTransfer') },
  ],
  ReadConfiguration: [
    { parameters: {}, ...both('GetConfiguration', 'GetBaseReport') },
    {
      parameters: { variables: [{ component: 'C', evseId: 1, connectorId: 1, variable: 'V', attribute: 'Target' }] },
      ...both('GetConfiguration', 'GetVariables'),
    },
  ],
  WriteConfiguration: [
    {
      parameters: {
        variables: [
          { variable: 'A', value: '1' },
          { variable: 'B', value: '2' },
        ],
      },
      '1.6': ['ChangeConfiguration', 'ChangeConfiguration'],
      '2.0.1': ['SetVariables'],
      '2.1': ['SetVariables'],
    },
  ],
  RotatePassword: [{ parameters: { credentialId: 'credential-1' }, ...both('ChangeConfiguration', 'SetVariables') }],
  ReadReport: [
    { parameters: {}, ...only2('GetBaseReport') },
    { parameters: { base: 'full' }, ...only2('GetBaseReport') },
    {
      parameters: { criteria: ['Problem'], variables: [{ component: 'C' }, { component: 'D', variable: 'V' }] },
      ...only2('GetReport'),
    },
    {
      parameters: { base: 'full', criteria: ['Problem'] },
      '1.6': /no reports/,
      '2.0.1': /a base report is whole/,
      '2.1': /a base report is whole/,
    },
  ],
  SetNetworkProfile: [
    {
      parameters: {
        slot: 1,
        url: 'wss://csms.example/ocpp',
        securityProfile: 2,
        messageTimeoutSeconds: 30,
        interface: 'Wired0',
        apn: {
          apn: 'internet',
          userName: 'u',
          authentication: 'PAP',
          preferredNetwork: '26201',
          onlyPreferredNetwork: true,
        },
      },
      ...only2('SetNetworkProfile'),
    },
  ],
  ReadLocalListVersion: [{ parameters: {}, ...every('GetLocalListVersion') }],
  SendLocalList: [
    { parameters: { update: 'full', version: 1, entries: [] }, ...every('SendLocalList') },
    {
      parameters: {
        update: 'differential',
        version: 2,
        entries: [{ token, status: 'Accepted', expiresAt: at, groupToken: token }, { token }],
      },
      ...every('SendLocalList'),
    },
  ],
  SetChargingProfile: [
    { parameters: { profile }, ...every('SetChargingProfile') },
    { parameters: { evseId: 1, profile: { ...profile, transactionId: '5' } }, ...every('SetChargingProfile') },
    {
      parameters: { profile: { ...profile, transactionId: 'a-b' } },
      ...never16(/a-b is not a whole number/, 'SetChargingProfile'),
    },
    {
      parameters: { profile: { ...profile, schedules: [...profile.schedules, ...profile.schedules] } },
      ...never16(/has one schedule/, 'SetChargingProfile'),
    },
  ],
  ClearChargingProfiles: [
    { parameters: {}, ...every('ClearChargingProfile') },
    { parameters: { profileId: 4, stackLevel: 0 }, ...every('ClearChargingProfile') },
    { parameters: { evseId: 1, purpose: 'ChargingStationMaxProfile' }, ...every('ClearChargingProfile') },
    {
      parameters: { purpose: 'ChargingStationExternalConstraints' },
      ...never16(/no charging profiles for/, 'ClearChargingProfile'),
    },
  ],
  ReadChargingProfiles: [
    { parameters: { evseId: 1, profileIds: [1], stackLevel: 0, sources: ['CSO'] }, ...only2('GetChargingProfiles') },
  ],
  ReadCompositeSchedule: [
    { parameters: { durationSeconds: 600 }, ...every('GetCompositeSchedule') },
    { parameters: { evseId: 1, durationSeconds: 600, unit: 'W' }, ...every('GetCompositeSchedule') },
  ],
  UpdateFirmware: [
    { parameters: { location, retrieveAt: at, ...retries }, ...every('UpdateFirmware') },
    {
      parameters: { location, retrieveAt: at, installAt: at, signed: { certificate: pem, signature: 'c2ln' } },
      ...both('SignedUpdateFirmware', 'UpdateFirmware'),
    },
    { parameters: { location, retrieveAt: at, installAt: at }, ...never16(/installs unsigned/, 'UpdateFirmware') },
  ],
  PublishFirmware: [{ parameters: { location, checksum, ...retries }, ...only2('PublishFirmware') }],
  UnpublishFirmware: [{ parameters: { checksum }, ...only2('UnpublishFirmware') }],
  UploadLog: [
    {
      parameters: { log: 'diagnostics', location, from: at, until: at, ...retries },
      ...both('GetDiagnostics', 'GetLog'),
    },
    { parameters: { log: 'security', location }, ...every('GetLog') },
  ],
  ReadCertificates: [
    {
      parameters: {},
      '1.6': ['GetInstalledCertificateIds', 'GetInstalledCertificateIds'],
      '2.0.1': ['GetInstalledCertificateIds'],
      '2.1': ['GetInstalledCertificateIds'],
    },
    { parameters: { types: ['CSMSRootCertificate'] }, ...every('GetInstalledCertificateIds') },
    { parameters: { types: ['MORootCertificate'] }, ...only2('GetInstalledCertificateIds') },
  ],
  InstallCertificate: [
    { parameters: { type: 'CSMSRootCertificate', certificate: pem }, ...every('InstallCertificate') },
    { parameters: { type: 'V2GRootCertificate', certificate: pem }, ...only2('InstallCertificate') },
  ],
  DeleteCertificate: [{ parameters: { certificate }, ...every('DeleteCertificate') }],
  CertificateSigned: [
    { parameters: { chain: pem }, ...every('CertificateSigned') },
    { parameters: { chain: pem, type: 'V2GCertificate' }, ...only2('CertificateSigned') },
  ],
  ReadMonitors: [
    {
      parameters: { criteria: ['DeltaMonitoring'], variables: [{ component: 'C', variable: 'V' }] },
      ...only2('GetMonitoringReport'),
    },
  ],
  SetMonitors: [
    {
      parameters: {
        monitors: [
          { component: 'C', evseId: 1, variable: 'V', type: 'UpperThreshold', value: 80.5, severity: 3 },
          {
            monitorId: 4,
            component: 'C',
            variable: 'V',
            type: 'Periodic',
            value: 60,
            severity: 8,
            duringTransactionOnly: true,
          },
        ],
      },
      ...only2('SetVariableMonitoring'),
    },
  ],
  ClearMonitors: [{ parameters: { monitorIds: [1, 2] }, ...only2('ClearVariableMonitoring') }],
  SetMonitoringBase: [{ parameters: { base: 'FactoryDefault' }, ...only2('SetMonitoringBase') }],
  SetMonitoringLevel: [{ parameters: { severity: 5 }, ...only2('SetMonitoringLevel') }],
  ShowMessage: [
    {
      parameters: {
        messageId: 1,
        priority: 'InFront',
        state: 'Idle',
        from: at,
        until: at,
        transactionId: 'T',
        format: 'UTF8',
        language: 'en',
        content: 'Hello',
        display: { component: 'Display', evseId: 1 },
      },
      ...only2('SetDisplayMessage'),
    },
  ],
  ReadMessages: [
    { parameters: { messageIds: [1], priority: 'InFront', state: 'Idle' }, ...only2('GetDisplayMessages') },
  ],
  ClearMessage: [{ parameters: { messageId: 1 }, ...only2('ClearDisplayMessage') }],
  CustomerInformation: [
    { parameters: { report: true, clear: false, token }, ...only2('CustomerInformation') },
    {
      parameters: { report: false, clear: true, customerIdentifier: 'c', certificate },
      ...only2('CustomerInformation'),
    },
  ],
  SetDefaultTariff: [{ parameters: { evseId: 1, tariff }, ...only21('SetDefaultTariff') }],
  ReadTariffs: [{ parameters: {}, ...only21('GetTariffs') }],
  ClearTariffs: [{ parameters: { tariffIds: ['T1'], evseId: 1 }, ...only21('ClearTariffs') }],
  ChangeTransactionTariff: [{ parameters: { transactionId: 'T', tariff }, ...only21('ChangeTransactionTariff') }],
  SendCall: [{ parameters: { action: 'ClearCache', payload: {} }, ...every('ClearCache') }],
};
