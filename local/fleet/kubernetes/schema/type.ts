/** The shape of a value as the API knows it: what server-side apply, strict decoding and strategic merge read. */
export type Type =
  | { readonly is: 'scalar'; readonly scalar: Scalar }
  /** No schema: granular maps, atomic lists. */
  | { readonly is: 'any' }
  | { readonly is: 'map'; readonly atomic: boolean; readonly value: Type }
  | {
      readonly is: 'list';
      readonly list: 'atomic' | 'set' | 'map';
      readonly keys: readonly string[];
      readonly item: Type;
    }
  | StructType;

export interface StructType {
  readonly is: 'struct';
  /** The Go type's name, empty for the types of custom resources. */
  readonly name: string;
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, Field>;
  /** Members that no field names are kept (`x-kubernetes-preserve-unknown-fields`). */
  readonly open: boolean;
}

export type Scalar = 'string' | 'integer' | 'number' | 'boolean' | 'quantity' | 'int-or-string' | 'time';

export interface Field {
  readonly type: Type;
  readonly required: boolean;
  /** A struct that the server always writes, empty or not; it is no change when it appears. */
  readonly always: boolean;
  readonly default?: string;
  /** Strategic merge of a list: the key its items are matched by, `''` for a list of scalars. */
  readonly mergeKey?: string;
}

export const any: Type = { is: 'any' };
export const scalarType = (scalar: Scalar): Type => ({ is: 'scalar', scalar });

const scalars: Readonly<Record<string, Type>> = {
  str: scalarType('string'),
  int: scalarType('integer'),
  num: scalarType('number'),
  bool: scalarType('boolean'),
  quantity: scalarType('quantity'),
  intstr: scalarType('int-or-string'),
  time: scalarType('time'),
  any,
};

interface OpenStruct extends StructType {
  readonly fields: Map<string, Field>;
}

/**
 * Reads the text of `builtin.types`: a type a line, `name[@] field[*]:expression[@][!][~key][^][=default]…`. `[T]` is an atomic list,
 * `[T]set`, `[T]map(key,…)`, `{T}` a map; `@` atomic, `*` required, `!` always present, `~` merged by that key, `^` retain keys.
 */
export const parseTypes = (text: string): ReadonlyMap<string, StructType> => {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const structs = new Map<string, OpenStruct>();
  for (const line of lines) {
    const [head = ''] = line.split(' ', 1);
    const name = head.replace('@', '');
    structs.set(name, {
      is: 'struct',
      name: name.slice(name.lastIndexOf('.') + 1),
      atomic: head.endsWith('@'),
      fields: new Map(),
      open: false,
    });
  }
  for (const line of lines) {
    const [head = '', ...fields] = line.split(' ');
    const struct = structs.get(head.replace('@', ''));
    for (const field of fields) {
      const colon = field.indexOf(':');
      const name = field.slice(0, colon);
      struct?.fields.set(name.replace('*', ''), parseField(field.slice(colon + 1), name.endsWith('*'), structs));
    }
  }
  return structs;
};

const parseField = (text: string, required: boolean, structs: ReadonlyMap<string, StructType>): Field => {
  const [shape = '', preset] = text.split('=', 2);
  const mark = shape.search(/[@!~^]/);
  const marks = mark < 0 ? '' : shape.slice(mark);
  const type = parseExpression(mark < 0 ? shape : shape.slice(0, mark), marks.includes('@'), structs);
  const merge = /~([^^]*)/.exec(marks)?.[1];
  return {
    type,
    required,
    always: marks.includes('!'),
    ...(preset === undefined ? {} : { default: preset }),
    ...(merge === undefined ? {} : { mergeKey: merge }),
  };
};

const parseExpression = (text: string, atomic: boolean, structs: ReadonlyMap<string, StructType>): Type => {
  if (text.startsWith('{')) return { is: 'map', atomic, value: parseExpression(text.slice(1, -1), false, structs) };
  if (text.startsWith('[')) {
    const close = text.lastIndexOf(']');
    const kind = text.slice(close + 1);
    const keys = /^map\((.*)\)$/.exec(kind)?.[1]?.split(',') ?? [];
    const item = parseExpression(text.slice(1, close), false, structs);
    return { is: 'list', list: kind === 'set' ? 'set' : keys.length > 0 ? 'map' : 'atomic', keys, item };
  }
  const named = scalars[text] ?? structs.get(text);
  if (named === undefined) throw new Error(`type table: ${text} is not defined`);
  return named.is === 'struct' && atomic ? { ...named, atomic } : named;
};

/** The type of a member of a map or struct; `any` where the schema says nothing. */
export const memberType = (type: Type, name: string): Type => {
  if (type.is === 'map') return type.value;
  if (type.is === 'struct') return type.fields.get(name)?.type ?? any;
  return any;
};
