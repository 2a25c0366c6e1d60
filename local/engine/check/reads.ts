import { syntaxTree } from '../expression.ts';
import { isObject, type Json } from '../json.ts';
import { expressionIn } from '../template.ts';

/** What an expression reads: variables that it does not bind itself, the members of `$states` it names, and its context. */
export interface Reads {
  /** What it names of a context item, which Step Functions does not give: `phone`, `*`, `$`; and `$$`. */
  readonly context: readonly string[];
  readonly variables: readonly string[];
  /** `['context', 'Task', 'Token']` for `$states.context.Task.Token`. */
  readonly states: readonly (readonly string[])[];
}

/** Functions of JSONata 2.0 and those Step Functions adds; `$eval` is taken away. `''` and `$` are `$` and `$$`. */
const BUILT_IN: ReadonlySet<string> = new Set(
  (
    ' $ abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct ' +
    'each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys length ' +
    'lookup lowercase map match max merge millis min not now number pad parseInteger power random reduce replace reverse round ' +
    'shuffle sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase ' +
    'zip partition range hash parse uuid'
  ).split(' '),
);

interface Node {
  readonly type?: unknown;
  readonly value?: unknown;
  readonly [member: string]: unknown;
}

const CONTEXTUAL = ['stages', 'predicate', 'group', 'terms', 'pattern', 'update', 'delete'];
const NAMELESS: Readonly<Record<string, string>> = { wildcard: '*', descendant: '**', parent: '%' };

/** What `node` itself reads of the context item around it. */
const contextName = (node: Node): string | undefined => {
  if (node.type === 'variable' && node.value === '') return '$';
  if (node.type === 'name') return String(node.value);
  return typeof node.type === 'string' && Object.hasOwn(NAMELESS, node.type) ? NAMELESS[node.type] : undefined;
};

/** Everything in the tree that reads a context item where there is none. `inside`: a step, predicate or order gives one. */
const contextReads = (value: unknown, inside: boolean, seen: Set<unknown>): readonly string[] => {
  if (!isNode(value) || seen.has(value)) return [];
  seen.add(value);
  if (Array.isArray(value)) return value.flatMap((member) => contextReads(member, inside, seen));
  const own = inside ? undefined : contextName(value);
  const steps: readonly unknown[] = value.type === 'path' && Array.isArray(value.steps) ? value.steps : [];
  const rest = Object.entries(value).filter(([member]) => member !== 'steps' || steps.length === 0);
  return [
    ...(own === undefined ? [] : [own]),
    ...(value.type === 'variable' && value.value === '$' ? ['$$'] : []),
    ...steps.flatMap((step, at) => contextReads(step, inside || at > 0, seen)),
    ...rest.flatMap(([member, below]) => contextReads(below, inside || CONTEXTUAL.includes(member), seen)),
  ];
};

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const nodesIn = (value: unknown, seen: Set<unknown> = new Set()): readonly Node[] => {
  if (!isNode(value) || seen.has(value)) return [];
  seen.add(value);
  const inside = Object.values(value).flatMap((member) => nodesIn(member, seen));
  return Array.isArray(value) ? inside : [value, ...inside];
};

/** Names an expression binds anywhere: `$x := ...`, arguments of functions, `@$x` and `#$x`. */
const boundBy = (node: Node): readonly unknown[] => [
  ...(node.type === 'bind' && isNode(node.lhs) ? [node.lhs.value] : []),
  ...(node.type === 'lambda' && Array.isArray(node.arguments) ? node.arguments.map((each: Node) => each.value) : []),
  ...[node.focus, node.index].filter((name) => typeof name === 'string'),
];

/** What the JSONata source reads. Throws what JSONata throws for text it can not read. */
export const readsOf = (source: string): Reads => {
  const tree = syntaxTree(source);
  const nodes = nodesIn(tree);
  const bound = new Set(nodes.flatMap(boundBy));
  const names = nodes.flatMap(({ type, value }) => (type === 'variable' && typeof value === 'string' ? [value] : []));
  const variables = [...new Set(names)].filter((name) => name !== 'states' && !bound.has(name) && !BUILT_IN.has(name));
  const states = nodes.flatMap((node): readonly (readonly string[])[] => {
    const steps: readonly Node[] = node.type === 'path' && Array.isArray(node.steps) ? node.steps : [];
    if (steps[0]?.type !== 'variable' || steps[0].value !== 'states') return [];
    const end = steps.findIndex(({ type }, at) => at > 0 && type !== 'name');
    return [steps.slice(1, end < 0 ? undefined : end).map(({ value }) => String(value))];
  });
  return { context: [...new Set(contextReads(tree, false, new Set()))], variables, states };
};

/** An expression of a template and where it stands. */
export interface PlacedExpression {
  readonly at: string;
  readonly source: string;
}

/** Every expression in a template. */
export const expressionsIn = (template: Json | undefined, at: string): readonly PlacedExpression[] => {
  if (typeof template === 'string') {
    const source = expressionIn(template);
    return source === undefined ? [] : [{ at, source }];
  }
  if (Array.isArray(template))
    return template.flatMap((member: Json, index) => expressionsIn(member, `${at}[${index}]`));
  return isObject(template)
    ? Object.entries(template).flatMap(([key, member]) => expressionsIn(member, `${at}/${key}`))
    : [];
};
