import type { Machine } from '../definition.ts';
import { fieldsOf } from './fields.ts';
import { expressionsIn, readsOf } from './reads.ts';
import { scopesIn } from './scopes.ts';

/** The variables that each state's expressions read, by the state's name; states that read none are left out. */
export const variableReferences = (machine: Machine): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    scopesIn({ at: '', scope: machine, apart: true })
      .flatMap(({ scope }) => Object.entries(scope.States))
      .map(([name, state]) => {
        const expressions = fieldsOf(state, '').flatMap(({ template, at }) => expressionsIn(template, at));
        return [name, [...new Set(expressions.flatMap(({ source }) => readsOf(source).variables))].toSorted()] as const;
      })
      .filter(([, variables]) => variables.length > 0),
  );
