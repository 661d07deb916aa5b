/** What a fork changed, in words. Pure. */
import type { ForkChange } from '../../domain/events/ancestry.ts';
import { fieldOf } from '../../domain/settings/fields.ts';
import { decimal, integer } from '../format.ts';

function valueText(value: number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Number.isInteger(value) ? integer(value) : decimal(value);
}

/** "Target size 5,000 → 3,000" */
export function changeText({ setting, from, to }: ForkChange): string {
  const label = setting === 'lambda' ? 'Lambda' : (fieldOf.get(setting)?.label ?? setting);
  // A seed is a name, not a count.
  const text = setting === 'seed' ? String : valueText;
  return `${label} ${text(from)} \u2192 ${text(to)}`;
}

export function changesText(changes: readonly ForkChange[]): string {
  return changes.length === 0 ? 'nothing changed' : changes.map(changeText).join(', ');
}
