import type { Resource } from './serverless.ts';

/** One statement of a policy, with its lists made lists. */
export interface Statement {
  /** The resource of the template that holds it. */
  readonly holder: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditional: boolean;
  readonly condition: unknown;
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** A value of the template as text: a string as it is, a CloudFormation function as its JSON. */
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const documentsIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] => {
  if (Array.isArray(value)) return value.flatMap(documentsIn);
  if (!isRecord(value)) return [];
  if (value.Statement !== undefined) return [value];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'AssumeRolePolicyDocument' ? [] : documentsIn(inner),
  );
};

/** A statement that stands under a condition counts whatever that says. */
const eitherWay = (statement: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] => {
  const [, ...branches] = listed(statement['Fn::If'] ?? [undefined, statement]);
  return branches.filter(isRecord).filter((branch) => branch.Effect !== undefined);
};

/** Every statement that roles and managed policies of the template hold. */
export const identityStatements = (resources: Readonly<Record<string, Resource>>): readonly Statement[] =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role' || Type === 'AWS::IAM::ManagedPolicy')
    .flatMap(([holder, { Properties }]) =>
      documentsIn(Properties)
        .flatMap(({ Statement }) => listed(Statement).filter(isRecord).flatMap(eitherWay))
        .map((statement) => ({
          holder,
          effect: shown(statement.Effect),
          actions: listed(statement.Action).map(shown),
          resources: listed(statement.Resource).map(shown),
          conditional: statement.Condition !== undefined,
          condition: statement.Condition,
        })),
    );
