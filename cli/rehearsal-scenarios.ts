import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ReadScenario, readScenario } from '../local/rehearsal/read-scenario.ts';
import type { Scenario } from '../local/rehearsal/scenario-schema.ts';
import { nearestOf } from '../shared/fleet/nearest.ts';
import { printProblem } from '../shared/fleet/problem.ts';
import type { Evaluate } from '../shared/render/jsonnet.ts';
import { badInput } from './stop.ts';

/** A scenario and how it was asked for. */
export interface NamedScenario {
  readonly named: string;
  readonly scenario: Scenario;
}

const shipped = new URL('../examples/scenarios/', import.meta.url);

const shippedNames = (): readonly string[] =>
  readdirSync(shipped)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();

/** The text of a scenario that comes with Tidegate. Throws `Stop` for a name that none has. */
export const shippedText = (name: string): string => {
  const names = shippedNames();
  if (names.includes(name)) return readFileSync(new URL(`${name}.yaml`, shipped), 'utf8');
  const nearest = nearestOf(name, names);
  throw badInput(
    `scenario ${name}: no file, and none of that name comes with Tidegate; expected one of ${names.join(', ')}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
  );
};

/** All that come with Tidegate, in the order of their names. */
export const shippedScenarios = async (evaluate: Evaluate): Promise<readonly NamedScenario[]> =>
  Promise.all(
    shippedNames().map(async (named) => ({
      named,
      scenario: await soundOf(shippedText(named), `${named}.yaml`, evaluate),
    })),
  );

/** A scenario by its file, else by the name of one that comes with Tidegate. Throws `Stop` with every mistake in it. */
export const findScenario = async (asked: string, directory: string, evaluate: Evaluate): Promise<NamedScenario> => {
  const file = resolve(directory, asked);
  const isFile = /\.(ya?ml|json|jsonnet)$/.test(asked) || existsSync(file);
  const text = isFile ? textOf(file, asked) : shippedText(asked);
  return { named: asked, scenario: await soundOf(text, isFile ? asked : `${asked}.yaml`, evaluate) };
};

const textOf = (file: string, asked: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw badInput(`${asked}: can not be read (${error instanceof Error ? error.message : String(error)})`);
  }
};

const soundOf = async (text: string, path: string, evaluate: Evaluate): Promise<Scenario> => {
  const read: ReadScenario = await readScenario(text, path, evaluate);
  if (read.ok) return read.scenario;
  throw badInput(read.problems.map(printProblem).join('\n'));
};
