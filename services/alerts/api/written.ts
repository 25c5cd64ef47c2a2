// /v1/alert-rules and /v1/maintenance-windows: what operators write of when they want to be told.
import {
  alertRuleValue,
  maintenanceWindowValue,
  type AlertRuleValue,
  type MaintenanceWindowValue,
} from '#contracts/alerting';
import type { HttpApi } from '#kit/http';
import { ruleViolations, windowViolations } from '../domain/checks.ts';
import type { AlertParts } from './parts.ts';
import { addResourceRoutes } from './resources.ts';

export function addWrittenRoutes(api: HttpApi, parts: AlertParts): void {
  addResourceRoutes<AlertRuleValue>(api, parts, {
    path: '/v1/alert-rules',
    kind: 'rule',
    noun: 'rule of alerts',
    idName: 'ruleId',
    schema: alertRuleValue,
    violations: ruleViolations,
  });
  addResourceRoutes<MaintenanceWindowValue>(api, parts, {
    path: '/v1/maintenance-windows',
    kind: 'window',
    noun: 'maintenance window',
    idName: 'windowId',
    schema: maintenanceWindowValue,
    violations: windowViolations,
  });
}
