/**
 * IAM's decision over policies, as far as ours go (IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements"): an explicit
 * deny, else an allow, else a denial. It throws for an element, operator or key that it does not know, so that nothing passes by being overlooked.
 */

/** Who asks for what: a principal by its ARN and account, and the keys of the request with their values. */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  /** ARN of the role, not of its session. Absent: an AWS service. */
  readonly principal?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface IamStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly NotPrincipal?: never;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const known = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'NotResource', 'Condition']);

const listed = (value: unknown): readonly string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

/** `*` is any text and `?` any sign. */
const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text);

/** An ARN is compared part by part, so that a wildcard does not reach over a colon; the last part may hold some. */
const likeArn = (pattern: string, arn: string): boolean => {
  const partsOf = (text: string): readonly string[] => {
    const parts = text.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  };
  const [patterns, parts] = [partsOf(pattern), partsOf(arn)];
  return patterns.every((each, at) => like(each, parts[at] ?? ''));
};

const operators: Readonly<Record<string, (wanted: string, found: string) => boolean>> = {
  StringEquals: (wanted, found) => wanted === found,
  StringLike: like,
  ArnLike: likeArn,
  ArnEquals: likeArn,
  Bool: (wanted, found) => wanted.toLowerCase() === found.toLowerCase(),
  NumericLessThanEquals: (wanted, found) => Number(found) <= Number(wanted),
};
const negated: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotLike: 'StringLike',
  ArnNotLike: 'ArnLike',
  ArnNotEquals: 'ArnEquals',
};

/** Policy variables in a value: of a key of the request, or what stands for one that is missing (IAM, "Policy variables"). */
const expanded = (text: string, { context = {} }: IamRequest): string =>
  text.replace(/\$\{([\w:/-]+)(?:, '([^']*)')?\}/g, (_, key: string, otherwise: string | undefined) => {
    const value = context[key] ?? otherwise;
    if (typeof value !== 'string') throw new Error(`IAM variable ${key} has no one value`);
    return value;
  });

const holds = (name: string, key: string, given: readonly string[], request: IamRequest): boolean => {
  const wanted = given.map((each) => expanded(each, request));
  const [, quantifier, bare = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const own = key === 'aws:PrincipalArn' ? request.principal : request.context?.[key];
  const found = own === undefined ? undefined : listed(own);
  if (bare === 'Null') return wanted.includes(String(found === undefined));
  const isNegated = bare in negated;
  const compare = operators[negated[bare] ?? bare];
  if (compare === undefined) throw new Error(`IAM operator ${name} is not known here`);
  // A key that is missing: only what is negated, `IfExists` and all values of none hold (IAM, "Condition operators").
  if (found === undefined) return isNegated || ifExists !== undefined || quantifier === 'ForAllValues';
  if (quantifier === undefined && found.length > 1)
    throw new Error(`IAM key ${key} has several values, so ${name} needs a quantifier`);
  const one = (value: string): boolean => wanted.some((each) => compare(each, value)) !== isNegated;
  return quantifier === 'ForAnyValue' ? found.some(one) : found.every(one);
};

/** Whether a principal of a resource's or a role's policy is meant: `*`, an ARN, all of an account, or a service. */
const isMeant = (principal: unknown, { principal: asking }: IamRequest): boolean => {
  if (principal === undefined || principal === '*') return true;
  if (asking === undefined || typeof principal !== 'object' || principal === null) return false;
  const { AWS, ...others } = principal as Readonly<Record<string, unknown>>;
  for (const other of Object.keys(others))
    if (other !== 'Service') throw new Error(`IAM principal ${other} is not known here`);
  const account = asking.split(':')[4];
  return listed(AWS).some(
    (each) => each === '*' || each === asking || each === account || each === `arn:aws:iam::${account}:root`,
  );
};

const applies = (statement: IamStatement, request: IamRequest): boolean => {
  for (const element of Object.keys(statement))
    if (!known.has(element)) throw new Error(`IAM element ${element} is not known here`);
  const { Principal, Action, Resource, NotResource, Condition = {} } = statement;
  const isAction = listed(Action).some((each) => like(each.toLowerCase(), request.action.toLowerCase()));
  const isResource =
    NotResource !== undefined
      ? !listed(NotResource).some((each) => like(each, request.resource))
      : // A role's own trust policy names none.
        Resource === undefined || listed(Resource).some((each) => like(each, request.resource));
  return (
    isMeant(Principal, request) &&
    isAction &&
    isResource &&
    Object.entries(Condition).every(([name, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(name, key, listed(wanted), request)),
    )
  );
};

/** What the statements of one or more policies make of a request. */
export const decide = (
  statements: readonly IamStatement[],
  request: IamRequest,
): 'allowed' | 'denied' | 'not allowed' => {
  const applied = statements.filter((statement) => applies(statement, request));
  if (applied.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return applied.length > 0 ? 'allowed' : 'not allowed';
};
