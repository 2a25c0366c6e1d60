import { unlabeled } from './arn.ts';
import { beginExecution, type Newborn } from './begin.ts';
import { type Machine, type Processor, scopeAt } from './definition.ts';
import type { Transition } from './draft.ts';
import { jsonText } from './json.ts';
import type { Live } from './live.ts';
import type { Database } from './sqlite/database.ts';
import { putDefinition } from './sqlite/machines.ts';

/** The item processor of a distributed Map as a definition of its own: what each child runs. */
const processorText = (machine: Machine, { StartAt, States }: Processor): string =>
  jsonText({ ...(machine.QueryLanguage && { QueryLanguage: machine.QueryLanguage }), StartAt, States });

interface StoredProcessor {
  /** Digest of its definition. */
  readonly definition: string;
  readonly startAt: string;
}

/**
 * Stores the executions that a transition's Map Runs start, each processor's definition once. AWS names the machine of such an
 * execution after the Map state: by its label.
 */
export const createMapChildren = (database: Database) => {
  const processors = new WeakMap<Processor, StoredProcessor>();
  const storedAs = (machine: Machine, processor: Processor): StoredProcessor => {
    const known = processors.get(processor);
    if (known) return known;
    const definition = putDefinition(database, processorText(machine, processor));
    const stored = { definition, startAt: processor.StartAt };
    processors.set(processor, stored);
    return stored;
  };
  return ({ row, execution, frames }: Live, transition: Transition, now: number): readonly Newborn[] =>
    transition.children.map(({ run, frame: id, index, name, input, items }) => {
      const frame = transition.frames.get(id) ?? frames.get(id);
      const state = frame && scopeAt(execution.machine, frame.path).States[frame.state];
      if (state?.Type !== 'Map') throw new Error(`execution ${execution.arn}: frame ${id} is in no Map state`);
      return beginExecution(database, {
        arn: run.replace(':mapRun:', ':execution:').replace(/:[^:]*$/, `:${name}`),
        machine: `${unlabeled(execution.machineArn)}/${run.split('/')[1]?.split(':')[0]}`,
        ...{ name, role: execution.roleArn, ...storedAs(execution.machine, state.ItemProcessor) },
        ...{ input, started: now, parent: row.arn, parentFrame: id, mapRun: run, item: index, items },
      });
    });
};
