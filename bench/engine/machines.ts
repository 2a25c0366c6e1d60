/** One load, told in both query languages: what runs is the same. */
export interface Load {
  readonly name: string;
  /** States entered in all, in the machine and in the executions it starts. */
  readonly transitions: number;
  /** Items of its Map, which its input lists. */
  readonly items: number;
  readonly jsonata: object;
  readonly jsonpath: object;
}

const PASS = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } };
const DISTRIBUTED = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };

/** What a nested execution runs. */
export const child = PASS;

/** Iterates over its input. */
const mapOf = (processor: object): object => ({
  StartAt: 'Each',
  States: { Each: { Type: 'Map', MaxConcurrency: 40, ItemProcessor: processor, End: true } },
});

const nest = (input: object): object => ({
  StartAt: 'Nested',
  States: {
    Nested: { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', ...input, End: true },
  },
});

/** The loads, with `childArn` as the machine that nested executions run. The input of each is its list of items. */
export const loads = (childArn: string): readonly Load[] => {
  const both = (name: string, items: number, perItem: number, data: object, path: object) => ({
    ...{ name, items, transitions: 1 + items * perItem },
    jsonata: { QueryLanguage: 'JSONata', ...mapOf(data) },
    jsonpath: mapOf(path),
  });
  const distributed = { ...PASS, ...DISTRIBUTED };
  return [
    both('inline Map of 1,000 Pass', 1000, 1, PASS, PASS),
    both('distributed Map of 10,000 Pass', 10_000, 1, distributed, distributed),
    both(
      ...(['1,000 nested executions', 1000, 2] as const),
      nest({ Arguments: { StateMachineArn: childArn, Input: {} }, Output: 1 }),
      nest({ Parameters: { StateMachineArn: childArn, Input: {} }, ResultPath: null }),
    ),
  ];
};
