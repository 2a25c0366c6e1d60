import { parseDocument } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../object.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { badRequest } from './status-error.ts';

/** A request body as JSON, with the members given twice named. */
export interface ParsedBody {
  readonly value: Json;
  readonly duplicates: readonly string[];
}

const fromYaml = (text: string): ParsedBody => {
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false });
  const [problem] = document.errors;
  if (problem !== undefined) throw badRequest(`error decoding YAML: ${problem.message}`);
  const strict = parseDocument(text, { version: '1.1', uniqueKeys: true });
  return {
    value: document.toJSON(),
    duplicates: strict.errors.filter(({ code }) => code === 'DUPLICATE_KEY').map(({ message }) => message),
  };
};

/** Reads JSON, or YAML 1.1 where the content type allows it. Throws a 400 StatusError. */
export const parseBody = (text: string, contentType: string): ParsedBody => {
  const yaml = contentType.includes('yaml');
  if (yaml && !text.trimStart().startsWith('{')) return fromYaml(text);
  try {
    return { value: JSON.parse(text), duplicates: duplicateKeys(text) };
  } catch (error) {
    if (yaml) return fromYaml(text);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${JSON.stringify('JSON')}): ${String(error)}`,
    );
  }
};

export const objectBody = (body: ParsedBody): JsonObject => {
  if (!isJsonObject(body.value)) throw badRequest('the request body must be a JSON or YAML object');
  return body.value;
};
