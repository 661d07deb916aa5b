/** The settings as a form asks for them, derived from the schema: groups of fields with label, meaning, unit and kind. */
import * as v from 'valibot';
import { defaultSpace } from '../spaces/settings.ts';
import type { SpaceId } from '../spaces/settings.ts';
import { SearchSettingsSchema } from './schema.ts';
import type { SearchSettings } from './schema.ts';

export interface Field {
  /** Dotted path into SearchSettings. */
  readonly path: string;
  readonly label: string;
  readonly meaning: string;
  /** Empty where there is none. */
  readonly unit: string;
  /** `list`: whole numbers; `table`: rows of numbers; `grid`: some of all combinations of two choices. */
  readonly kind:
    'integer' | 'number' | 'switch' | 'choice' | 'operations' | 'list' | 'table' | 'grid';
  /** Of a table and a grid; of a choice and a list the one that there is. */
  readonly columns: readonly Column[];
  /** The space that it belongs to; null: every search has it. */
  readonly space: SpaceId | null;
}

export interface Column {
  /** In a row; empty where a row is a number. */
  readonly key: string;
  readonly label: string;
  /** What it may be; null = any whole number from 1. */
  readonly options: readonly number[] | null;
}

interface GroupHead {
  readonly title: string;
  readonly summary: string;
  /** Folded at first: few people need it. */
  readonly advanced: boolean;
  /** Settings, or objects of settings, in the order of the form. */
  readonly of: readonly string[];
}

export interface FieldGroup extends GroupHead {
  readonly fields: readonly Field[];
}

const groups: readonly GroupHead[] = [
  {
    title: 'Goal',
    summary: 'Target size and levels of pruning',
    advanced: false,
    of: ['targetParameters', 'granularities', 'seed'],
  },
  {
    title: 'Super-net',
    summary: 'The search space',
    advanced: false,
    of: ['space'],
  },
  {
    title: 'Images',
    summary: 'The images to search on',
    advanced: false,
    of: ['data', 'batchSize'],
  },
  {
    title: 'Stage schedule',
    summary: 'Warm-up, commits, when a stage ends',
    advanced: true,
    of: ['stage', 'joint'],
  },
  {
    title: 'Re-pruning and regrowth',
    summary: 'Earlier stages can be pruned again; pruned operations can be regrown',
    advanced: true,
    of: ['reevaluation'],
  },
  {
    title: 'Size regularization',
    summary: 'The adaptive regularizer',
    advanced: true,
    of: ['regularizer'],
  },
  {
    title: 'Learning rates',
    summary: 'SGD with momentum, one rate per kind of parameter',
    advanced: true,
    of: ['optimizers'],
  },
  {
    title: 'Device',
    summary: 'Precision of stored values, how often the loss is read',
    advanced: true,
    of: ['halfFloats', 'reportEvery'],
  },
];

type Schema = v.GenericSchema & {
  entries?: Record<string, Schema>;
  wrapped?: Schema;
  /** Of a union: its members; of a literal in one: its value. */
  options?: readonly Schema[];
  literal?: SpaceId;
  /** Of a list. */
  item?: Schema;
};

const all = fieldsUnder(SearchSettingsSchema as unknown as Schema, '');

/** Every setting once. A setting that no group names would be missing in the form: a test holds the two together. */
export const fieldGroups: readonly FieldGroup[] = groups.map((group) => ({
  ...group,
  fields: group.of.flatMap((prefix) =>
    all.filter(({ path }) => path === prefix || path.startsWith(`${prefix}.`)),
  ),
}));

/** Those that settings of this space have. */
export const fieldGroupsOf = ({ space: { id = defaultSpace } }: Pick<SearchSettings, 'space'>) =>
  fieldGroups.map((group) => ({
    ...group,
    fields: group.fields.filter(({ space }) => space === null || space === id),
  }));

export const fieldOf: ReadonlyMap<string, Field> = new Map(
  [
    ...all,
    {
      ...({ path: 'granularities', label: 'Levels', meaning: '', unit: '' } as const),
      ...({ kind: 'switch', columns: [], space: null } as const),
    },
  ].map((field) => [field.path, field]),
);

function fieldsUnder(schema: Schema, path: string, space: SpaceId | null = null): Field[] {
  if (schema.wrapped) return fieldsUnder(schema.wrapped, path, space);
  // Which space it is, a preset says: the id is no field.
  if (schema.literal) return [];
  if (schema.options && schema.type === 'variant')
    return schema.options.flatMap((member) => {
      const id = member.entries?.id;
      return fieldsUnder(member, path, (id?.wrapped ?? id)?.literal);
    });
  if (schema.entries) {
    return Object.entries(schema.entries).flatMap(([key, child]) =>
      fieldsUnder(child, path ? `${path}.${key}` : key, space),
    );
  }
  const { unit } = v.getMetadata(schema) as { unit: string };
  const label = v.getTitle(schema);
  const meaning = v.getDescription(schema);
  if (label === undefined || meaning === undefined) throw new Error(`${path} has no description`);
  return [{ path, label, meaning, unit, kind: kindOf(schema), columns: columnsOf(schema), space }];
}

function kindOf(schema: Schema): Field['kind'] {
  if (schema.type === 'boolean') return 'switch';
  if (schema.type === 'picklist') return 'choice';
  if (schema.type === 'array') {
    if (!schema.item?.entries) return schema.item?.type === 'picklist' ? 'operations' : 'list';
    return columnsOf(schema).every(({ options }) => options !== null) ? 'grid' : 'table';
  }
  return isWhole(schema) ? 'integer' : 'number';
}

function columnsOf(schema: Schema): Column[] {
  const item = schema.type === 'array' ? schema.item : schema;
  if (item?.entries)
    return Object.entries(item.entries).map(([key, column]) => columnOf(key, column));
  return item && ['choice', 'list'].includes(kindOf(schema)) ? [columnOf('', item)] : [];
}

function columnOf(key: string, schema: Schema): Column {
  return {
    ...{ key, label: key && `${key[0]!.toUpperCase()}${key.slice(1)}` },
    options: schema.type === 'picklist' ? ((schema.options ?? []) as unknown as number[]) : null,
  };
}

function isWhole(schema: unknown): boolean {
  const { type, pipe } = schema as { type: string; pipe?: readonly unknown[] };
  return type === 'integer' || (pipe?.some((part) => part !== schema && isWhole(part)) ?? false);
}
