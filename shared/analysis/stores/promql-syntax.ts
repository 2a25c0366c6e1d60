import { parser } from '@prometheus-io/lezer-promql';

/**
 * Why an expression is no PromQL that gives a vector or a number, by the grammar of Prometheus' own editor; `undefined` where nothing is
 * wrong with it. Types of arguments are not checked: that is the store's.
 */
export const promqlFault = (expression: string): string | undefined => {
  const tree = parser.parse(expression);
  let fault: string | undefined;
  tree.iterate({
    enter: ({ type, from, to }) => {
      if (fault !== undefined || !type.isError) return;
      const found = expression.slice(from, Math.max(to, from + 20)).trim();
      fault = `the query is no PromQL: at ${from + 1} ${found === '' ? 'it ends' : `stands ${JSON.stringify(found.slice(0, 40))}`}`;
    },
  });
  if (fault !== undefined) return fault;
  const whole = tree.topNode.firstChild?.name;
  if (whole === 'MatrixSelector' || whole === 'SubqueryExpr') return 'the query gives a range of values, not one';
  return whole === 'StringLiteral' ? 'the query is a text' : undefined;
};
