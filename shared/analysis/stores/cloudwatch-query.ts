import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { jsonOf } from './ask-store.ts';

/** Text that is no query of CloudWatch. */
export class CloudWatchQueryUnreadable extends Error {
  override readonly name = 'CloudWatchQueryUnreadable';
  constructor(because: string) {
    super(
      `${because}; expected an expression (SELECT … FROM SCHEMA(…), or metric math), {"Namespace", "MetricName", "Dimensions": {…}, "Stat"}, or a list of MetricDataQueries`,
    );
  }
}

const dimensions = z.union([
  z.record(z.string(), z.string()),
  z.array(z.strictObject({ Name: z.string(), Value: z.string() })),
]);

const metric = z.strictObject({
  Namespace: z.string().min(1),
  MetricName: z.string().min(1),
  Dimensions: dimensions.default({}),
  Stat: z.string().min(1),
  Unit: z
    .enum(['Seconds', 'Microseconds', 'Milliseconds', 'Bytes', 'Percent', 'Count', 'Count/Second', 'None'])
    .optional(),
});

/** As GetMetricData has it; a period is ours to say. */
const dataQuery = z.strictObject({
  Id: z.string().regex(/^[a-z][A-Za-z0-9_]*$/),
  Expression: z.string().optional(),
  MetricStat: z
    .strictObject({
      Metric: z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions.default([]) }),
      Stat: z.string(),
      Period: z.int().min(1).optional(),
      Unit: metric.shape.Unit,
    })
    .optional(),
  ReturnData: z.boolean().optional(),
  AccountId: z.string().optional(),
  Label: z.string().optional(),
  Period: z.int().min(1).optional(),
});

/**
 * The MetricDataQueries of one query, whose answer has the id given. A query is an expression as CloudWatch has them, one metric as a
 * JSON object, or a JSON list of MetricDataQueries of which one returns data. Throws `CloudWatchQueryUnreadable`.
 */
export const cloudwatchQueries = (query: string, id: string, period: number): MetricDataQuery[] => {
  const text = query.trim();
  if (text === '') throw new CloudWatchQueryUnreadable('the query is empty');
  if (!/^[[{]/.test(text)) return [{ Id: id, Expression: text, Period: period, ReturnData: true }];
  const document = jsonOf(text);
  if (document === undefined) throw new CloudWatchQueryUnreadable('the query begins as JSON and is none');
  if (!Array.isArray(document)) return [oneMetric(document, id, period)];
  const parsed = z.array(dataQuery).min(1).safeParse(document);
  if (!parsed.success) throw new CloudWatchQueryUnreadable(explained(parsed.error));
  const returning = parsed.data.filter(({ ReturnData }) => ReturnData !== false);
  if (returning.length !== 1)
    throw new CloudWatchQueryUnreadable(`${returning.length} of the queries return data, expected one`);
  const [{ Id: result } = { Id: '' }] = returning;
  return parsed.data.map(({ MetricStat, Expression, Id, ...rest }): MetricDataQuery => {
    const isResult = Id === result;
    return {
      ...given(rest),
      Id: isResult ? id : `${id}_${Id}`,
      ReturnData: isResult,
      // The ids of one query are put behind its own, so that two counts can be asked for at once.
      ...(Expression === undefined
        ? {}
        : { Expression: renamed(Expression, parsed.data, id), Period: rest.Period ?? period }),
      ...(MetricStat === undefined
        ? {}
        : {
            MetricStat: {
              ...given(MetricStat),
              Stat: MetricStat.Stat,
              Period: MetricStat.Period ?? period,
              Metric: { ...MetricStat.Metric, Dimensions: listOf(MetricStat.Metric.Dimensions) },
            },
          }),
    };
  });
};

const oneMetric = (document: unknown, id: string, period: number): MetricDataQuery => {
  const parsed = metric.safeParse(document);
  if (!parsed.success) throw new CloudWatchQueryUnreadable(explained(parsed.error));
  const { Namespace, MetricName, Dimensions, Stat, Unit } = parsed.data;
  const Metric = { Namespace, MetricName, Dimensions: listOf(Dimensions) };
  return {
    Id: id,
    ReturnData: true,
    MetricStat: { Metric, Stat, Period: period, ...(Unit === undefined ? {} : { Unit }) },
  };
};

const listOf = (named: z.output<typeof dimensions>): { Name: string; Value: string }[] =>
  Array.isArray(named) ? named : Object.entries(named).map(([Name, Value]) => ({ Name, Value }));

/** An expression with the ids it speaks of renamed; what stands in quotes is left. */
const renamed = (expression: string, queries: readonly { readonly Id: string }[], id: string): string => {
  const ids = new Set(queries.map(({ Id }) => Id));
  return expression.replace(/'[^']*'|"[^"]*"|[A-Za-z]\w*/g, (word) => (ids.has(word) ? `${id}_${word}` : word));
};

/** Members that were given: the SDK's types know no `undefined`. */
const given = <Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };

const explained = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 2)
    .map(({ path, message }) => `${path.join('.') || 'the query'}: ${message}`)
    .join(', ');
