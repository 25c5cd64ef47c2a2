// DER controls of 2.1: kept by id, a later one of the same type supersedes by priority, reported and cleared (R04).
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';

type Request = OCPP21.SetDERControlRequest;
type Report = OCPP21.ReportDERControlRequest;

type Control = { readonly request: Request; isSuperseded: boolean };

export type DerControls = Map<string, Control>;

const controlsMax = 24;
/** Which field of the request holds the setting of a type; every other type is a curve. */
const fields = {
  EnterService: 'enterService',
  FixedPFAbsorb: 'fixedPFAbsorb',
  FixedPFInject: 'fixedPFInject',
  FixedVar: 'fixedVar',
  FreqDroop: 'freqDroop',
  Gradients: 'gradient',
  LimitMaxDischarge: 'limitMaxDischarge',
} as const;

export const derControls21: Rows = {
  SetDERControl: row<Request>(set),
  GetDERControl: row<OCPP21.GetDERControlRequest>(report),
  ClearDERControl: row<OCPP21.ClearDERControlRequest>((station, { isDefault, controlType, controlId }) => {
    const controls = controlsOf(station);
    const found = matching(controls, { isDefault, controlType, controlId });
    for (const { request } of found) controls.delete(request.controlId);
    return result({ status: found.length === 0 ? 'NotFound' : 'Accepted' });
  }),
};

function controlsOf(station: Commanded): DerControls {
  station.facilities.derControls ??= new Map<string, Control>();
  return station.facilities.derControls;
}

function settingOf(request: Request): { readonly priority: number } | undefined {
  const { controlType } = request;
  return isFieldType(controlType) ? request[fields[controlType]] : request.curve;
}

function isFieldType(type: string): type is keyof typeof fields {
  return Object.hasOwn(fields, type);
}

function set(station: Commanded, request: Request): Answer {
  const controls = controlsOf(station);
  const setting = settingOf(request);
  if (setting === undefined) return result({ status: 'Rejected' });
  if (!controls.has(request.controlId) && controls.size >= controlsMax) return result({ status: 'Rejected' });
  const rivals = [...controls.values()].filter(
    (each) =>
      each.request.controlId !== request.controlId &&
      each.request.controlType === request.controlType &&
      each.request.isDefault === request.isDefault,
  );
  // The lower number is the higher priority; among equals the later one counts.
  const isWeaker = rivals.some((each) => (settingOf(each.request)?.priority ?? 0) < setting.priority);
  const superseded = isWeaker ? [] : rivals.filter((each) => !each.isSuperseded);
  for (const each of superseded) each.isSuperseded = true;
  controls.set(request.controlId, { request, isSuperseded: isWeaker });
  const supersededIds = superseded.map((each) => each.request.controlId);
  return result(supersededIds.length === 0 ? { status: 'Accepted' } : { status: 'Accepted', supersededIds });
}

type Criteria = {
  readonly isDefault?: boolean;
  readonly controlType?: string | undefined;
  readonly controlId?: string | undefined;
};

function matching(controls: DerControls, { isDefault, controlType, controlId }: Criteria): Control[] {
  return [...controls.values()].filter(
    ({ request }) =>
      (isDefault === undefined || request.isDefault === isDefault) &&
      (controlType === undefined || request.controlType === controlType) &&
      (controlId === undefined || request.controlId === controlId),
  );
}

function report(station: Commanded, request: OCPP21.GetDERControlRequest): Answer {
  const { requestId, isDefault, controlType, controlId } = request;
  const criteria = { controlType, controlId, ...(isDefault === undefined ? {} : { isDefault }) };
  const found = matching(controlsOf(station), criteria);
  if (found.length === 0) return result({ status: 'NotFound' });
  return result({ status: 'Accepted' }, () => {
    for (const [index, control] of found.entries()) {
      const payload: Report = { requestId, tbc: index < found.length - 1, ...lineOf(control) };
      station.tell({ action: 'ReportDERControl', payload });
    }
  });
}

/** Each type has a list of its own in the report. */
function lineOf({ request, isSuperseded }: Control): Partial<Report> {
  const { controlId: id, isDefault, controlType: type, curve, enterService, gradient } = request;
  const common = { id, isDefault, isSuperseded };
  if (type === 'EnterService') return enterService === undefined ? {} : { enterService: [{ id, enterService }] };
  if (type === 'Gradients') return gradient === undefined ? {} : { gradient: [{ id, gradient }] };
  if (!isFieldType(type)) return curve === undefined ? {} : { curve: [{ ...common, curve, curveType: type }] };
  return fixedLineOf(request, common);
}

type CommonLine = { readonly id: string; readonly isDefault: boolean; readonly isSuperseded: boolean };

function fixedLineOf(request: Request, common: CommonLine): Partial<Report> {
  const { fixedPFAbsorb, fixedPFInject, fixedVar, freqDroop, limitMaxDischarge } = request;
  if (fixedPFAbsorb !== undefined) return { fixedPFAbsorb: [{ ...common, fixedPF: fixedPFAbsorb }] };
  if (fixedPFInject !== undefined) return { fixedPFInject: [{ ...common, fixedPF: fixedPFInject }] };
  if (fixedVar !== undefined) return { fixedVar: [{ ...common, fixedVar }] };
  if (freqDroop !== undefined) return { freqDroop: [{ ...common, freqDroop }] };
  return limitMaxDischarge === undefined ? {} : { limitMaxDischarge: [{ ...common, limitMaxDischarge }] };
}
