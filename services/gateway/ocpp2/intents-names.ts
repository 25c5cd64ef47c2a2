// Components, variables, EVSEs and tokens as OCPP 2.x names them.
import type { IntentParameters } from '#contracts/commands';
import type { ReportedVariableName } from '#contracts/commands/configuration';
import { told } from '../domain/intent.ts';

type VariableName = NonNullable<IntentParameters<'ReadConfiguration'>['variables']>[number];
type Place = { readonly evseId?: number; readonly connectorId?: number };
type ComponentName = Place & { readonly component?: string; readonly componentInstance?: string };

/** Component, variable and attribute of a name. A variable without component is the station's own. */
export function dataOf(name: VariableName): object {
  return told({ attributeType: name.attribute, component: componentOf(name), variable: variableOf(name) });
}

export function componentOf(name: ComponentName): object {
  return told({
    name: name.component ?? 'ChargingStation',
    instance: name.componentInstance,
    evse: evseOf(name),
  });
}

export function variableOf({ variable, variableInstance }: { variable: string; variableInstance?: string }): object {
  return told({ name: variable, instance: variableInstance });
}

/** What a report is restricted to: a variable, or all of a component. */
export function reportedOf({ variable, ...name }: ReportedVariableName): object {
  return told({
    component: componentOf(name),
    variable: variable === undefined ? undefined : variableOf({ ...name, variable }),
  });
}

export function evseOf({ evseId, connectorId }: Place): object | undefined {
  return evseId === undefined ? undefined : told({ id: evseId, connectorId });
}

export function idTokenOf({ uid, type }: { readonly uid: string; readonly type: string }): object {
  return { idToken: uid, type };
}

/** A group by the pseudonym that stations compare; its type is of no use to them. */
export function groupOf(groupId: string | undefined): object | undefined {
  return groupId === undefined ? undefined : { idToken: groupId, type: 'Central' };
}
