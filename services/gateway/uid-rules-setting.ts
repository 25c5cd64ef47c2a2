// UID_RULES: what operators add to the table of how stations write the uids of cards, as JSON; theirs come first.
import type { Setting } from '#kit/env';
import { uidRules, uidSteps, type UidRule, type UidStep } from './domain/uid-rules.ts';

/** `[{"vendor":"^acme","model":"^x1","steps":["bytes-reversed"]}]`; vendor and model are patterns, case does not count. */
export function uidRulesSetting(name: string): Setting<readonly UidRule[]> {
  return {
    name,
    read(environment, report) {
      const raw = environment[name];
      if (raw === undefined || raw === '') return uidRules;
      try {
        const rules: unknown = JSON.parse(raw);
        if (!Array.isArray(rules)) throw new TypeError('it is no list');
        return [...rules.map(ruleOf), ...uidRules];
      } catch (error) {
        report(`${name} must be a list of {"vendor", "model", "steps"}: ${String(error)}`);
        return uidRules;
      }
    },
  };
}

function ruleOf(told: unknown): UidRule {
  const rule = typeof told === 'object' && told !== null ? told : {};
  const vendor = patternOf('vendor' in rule ? rule.vendor : undefined);
  const model = patternOf('model' in rule ? rule.model : undefined);
  if (vendor === undefined && model === undefined) throw new TypeError('a rule names neither vendor nor model');
  const steps: unknown = 'steps' in rule ? rule.steps : undefined;
  if (!Array.isArray(steps) || !steps.every(isStep))
    throw new TypeError(`steps are of ${Object.keys(uidSteps).join(', ')}`);
  return { device: { ...(vendor === undefined ? {} : { vendor }), ...(model === undefined ? {} : { model }) }, steps };
}

function patternOf(text: unknown): RegExp | undefined {
  return typeof text === 'string' ? new RegExp(text, 'i') : undefined;
}

function isStep(step: unknown): step is UidStep {
  return typeof step === 'string' && Object.hasOwn(uidSteps, step);
}
