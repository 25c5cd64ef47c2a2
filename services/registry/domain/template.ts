// Templates: which one a station has, what it begins with, and what it shall be configured as.
import type { StationValue, TemplateValue } from '#contracts/registry';
import type { WantedVariable } from '#contracts/treatment';
import { configurationViolations, mergedConfiguration } from './configuration.ts';
import { evseOf, evseViolations, type EvseInput, type StationDefaults } from './station.ts';
import type { Violation } from './violation.ts';

export type TemplateInput = Partial<Omit<TemplateValue, 'templateId' | 'evses'>> & {
  readonly evses?: readonly EvseInput[] | null;
};

/** What a station is: as registered, or as it said itself when it booted. */
export type Device = {
  readonly templateId: string | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmwareVersion: string | null;
};

export function templateOf(templateId: string, input: TemplateInput): TemplateValue {
  return {
    templateId,
    vendor: input.vendor ?? null,
    model: input.model ?? null,
    firmwarePrefix: input.firmwarePrefix ?? null,
    heartbeatSeconds: input.heartbeatSeconds ?? null,
    bootPolicy: input.bootPolicy ?? null,
    defaultSubprotocol: input.defaultSubprotocol ?? null,
    acceptsWithoutBoot: input.acceptsWithoutBoot ?? null,
    evses: input.evses?.map(evseOf) ?? null,
    traits: input.traits ?? null,
    configuration: input.configuration ?? [],
  };
}

export function templateViolations({
  vendor,
  model,
  firmwarePrefix,
  evses,
  configuration,
}: TemplateValue): Violation[] {
  const unnamed = (path: string) => ({ path, message: 'says nothing without the vendor' });
  return [
    ...(vendor === null && model !== null ? [unnamed('model')] : []),
    ...(vendor === null && firmwarePrefix !== null ? [unnamed('firmwarePrefix')] : []),
    ...evseViolations(evses ?? []),
    ...configurationViolations(configuration),
  ];
}

/** The one it names; else the one that says most of what it is, the first by id of those that say as much. */
export function templateFor(templates: readonly TemplateValue[], device: Device): TemplateValue | undefined {
  if (device.templateId !== null) return templates.find(({ templateId }) => templateId === device.templateId);
  const fitting = templates.filter((template) => fits(template, device));
  return fitting.toSorted(
    (left, right) => said(right) - said(left) || (left.templateId < right.templateId ? -1 : 1),
  )[0];
}

/** What a new station of the template has where its own registration says nothing. */
export function defaultsOf(
  template: TemplateValue | undefined,
  bootPolicy: StationValue['bootPolicy'],
): StationDefaults {
  if (template === undefined) return { bootPolicy };
  const { heartbeatSeconds, defaultSubprotocol, acceptsWithoutBoot, evses, traits } = template;
  return {
    bootPolicy: template.bootPolicy ?? bootPolicy,
    ...(heartbeatSeconds === null ? {} : { heartbeatSeconds }),
    ...(defaultSubprotocol === null ? {} : { defaultSubprotocol }),
    ...(acceptsWithoutBoot === null ? {} : { acceptsWithoutBoot }),
    ...(evses === null ? {} : { evses }),
    ...(traits === null ? {} : { traits }),
  };
}

export function wantedOf(
  template: TemplateValue | undefined,
  { configuration }: Pick<StationValue, 'configuration'>,
): WantedVariable[] {
  return mergedConfiguration(template?.configuration ?? [], configuration);
}

/** A template that names no vendor fits nobody who does not name it. */
function fits({ vendor, model, firmwarePrefix }: TemplateValue, device: Device): boolean {
  if (vendor === null || !isSame(vendor, device.vendor)) return false;
  if (model !== null && !isSame(model, device.model)) return false;
  return firmwarePrefix === null || device.firmwareVersion?.startsWith(firmwarePrefix) === true;
}

function said({ model, firmwarePrefix }: TemplateValue): number {
  return (model === null ? 0 : 2) + (firmwarePrefix === null ? 0 : 1);
}

function isSame(wanted: string, told: string | null): boolean {
  return told !== null && wanted.trim().toLowerCase() === told.trim().toLowerCase();
}
