import { isDistributed, type Machine } from '../definition.ts';
import { integrationOf } from '../integrations.ts';
import type { Diagnostic } from '../parse.ts';
import { scopesIn } from './scopes.ts';

/** What an EXPRESS machine can not do: wait for a token or a child execution, or have a distributed Map (developer guide). */
export const expressMistakes = (machine: Machine): readonly Diagnostic[] =>
  scopesIn({ at: '', scope: machine, apart: true }).flatMap(({ at, scope }) =>
    Object.entries(scope.States).flatMap(([name, state]): readonly Diagnostic[] => {
      const place = `${at}/States/${name}`;
      const mistake = (location: string, message: string) => [
        { severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message, location } as const,
      ];
      if (state.Type === 'Map' && isDistributed(state))
        return mistake(`${place}/ItemProcessor/ProcessorConfig/Mode`, 'An EXPRESS machine has no distributed Map');
      const integration = state.Type === 'Task' ? integrationOf(state.Resource) : undefined;
      if (!integration || integration.kind === 'function' || integration.waits === 'no') return [];
      return mistake(`${place}/Resource`, 'An EXPRESS machine can not use .sync or .waitForTaskToken');
    }),
  );
