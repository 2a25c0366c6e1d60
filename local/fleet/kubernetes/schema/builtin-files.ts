import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseResources, type Resource } from './resource.ts';
import { parseTypes, type StructType } from './type.ts';

const textOf = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');

const types = parseTypes(textOf('builtin.types'));

/** The kinds every server has, in the order discovery lists them. Read once, when this file is loaded. */
export const builtinResources: readonly Resource[] = parseResources(textOf('builtin.kinds'), types);

const objectMeta = types.get('meta.v1.ObjectMeta');
if (objectMeta === undefined) throw new Error('type table: meta.v1.ObjectMeta is not defined');
/** `metadata` of every kind, custom ones included. */
export const objectMetaType: StructType = objectMeta;
