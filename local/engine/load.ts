import { parse } from 'yaml';
import { isObject, type Json, jsonText } from './json.ts';

/** Where the names of a `statemachines/*.yml` lead on this machine. */
export interface References {
  /** The ARN of the function with this key in `serverless.yml` (`applyManifests`). */
  functionArn(key: string): string;
  /** The ARN of the state machine with this CloudFormation name (`WaveStateMachine`). */
  stateMachineArn(key: string): string;
}

/** A definition file says something that is resolved at deployment and that this loader does not know. */
export class Unresolvable extends Error {
  override readonly name = 'Unresolvable';
  constructor(where: string, because: string) {
    super(`definition at ${where || '/'}: ${because}`);
  }
}

const resolve = (value: Json, references: References, where: string): Json => {
  if (Array.isArray(value)) return value.map((member, at) => resolve(member, references, `${where}/${at}`));
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  const [only] = keys;
  if (keys.length === 1 && only === 'Fn::GetAtt') {
    const [key, attribute, ...rest] = Array.isArray(value[only]) ? value[only] : [];
    if (typeof key !== 'string' || attribute !== 'Arn' || rest.length > 0) {
      throw new Unresolvable(where, 'Fn::GetAtt must be [key of a function, Arn]');
    }
    return references.functionArn(key);
  }
  if (keys.length === 1 && only === 'Ref') {
    if (typeof value.Ref !== 'string') throw new Unresolvable(where, 'Ref must be the name of a state machine');
    return references.stateMachineArn(value.Ref);
  }
  const other = keys.find((key) => key.startsWith('Fn::'));
  if (other !== undefined) throw new Unresolvable(where, `${other} is not known here; write Fn::GetAtt or Ref`);
  return Object.fromEntries(keys.map((key) => [key, resolve(value[key] ?? null, references, `${where}/${key}`)]));
};

/**
 * The JSON text of a state machine written as YAML, with `Fn::GetAtt: [key, Arn]` and `Ref: Name` replaced by what `references`
 * gives, the two forms the deployment plugin derives IAM from. Throws `Unresolvable` for any other function of CloudFormation,
 * and what `references` throws for a name it does not know.
 */
export const loadDefinition = (yamlText: string, references: References): string => {
  const document: Json = parse(yamlText, { version: '1.2', strict: true });
  // A file made for the plugin may hold the definition below its own `definition`.
  const definition = isObject(document) && isObject(document.definition) ? document.definition : document;
  if (!isObject(definition)) throw new Unresolvable('', 'the file must hold an object with StartAt and States');
  return jsonText(resolve(definition, references, ''));
};
