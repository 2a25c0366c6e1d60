import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installVirtualTime } from '../../local/virtual/virtual-time.ts';
import { memoryFolder } from '../memory-folder.ts';

// First of all: packages keep the clock they find when they are loaded.
const time = installVirtualTime({ start: Date.parse('2026-03-02T09:00:00Z'), seed: process.env.TIDEGATE_SEED ?? '1' });

const { rehearse } = await import('../../local/rehearsal/rehearse.ts');
const { readScenario } = await import('../../local/rehearsal/read-scenario.ts');
const { readConfigFolder } = await import('../../cli/config-folder.ts');
const { evaluateInThread } = await import('../../shared/render/jsonnet-in-thread.ts');

const root = fileURLToPath(new URL('../..', import.meta.url));
const jsonnet = evaluateInThread();

export const demo = readConfigFolder(`${root}examples/demo`, undefined).files;

export const shipped: readonly string[] = readdirSync(`${root}examples/scenarios`)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .sort();

export const scenarioOf = async (text: string) => {
  const read = await readScenario(text, 'scenario.yaml', jsonnet);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
};

export const shippedScenario = (name: string) =>
  scenarioOf(readFileSync(`${root}examples/scenarios/${name}.yaml`, 'utf8'));

/** What came of a scenario over a config; people answer at once, so that nothing waits for them. */
export const rehearsed = async (
  scenario: Awaited<ReturnType<typeof scenarioOf>>,
  files: ReadonlyMap<string, Uint8Array> = demo,
  config = 'tidegate.jsonnet',
) => {
  const dir = memoryFolder('tidegate-rehearsal-');
  try {
    return await rehearse(
      { scenario: { ...scenario, people: { ...scenario.people, after: '5s' } }, seed: '1', files, config },
      { dir, time, jsonnet, readDefinition: (name) => readFileSync(`${root}statemachines/${name}.yml`, 'utf8') },
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** What did not come as expected, and what came. */
export const oddOf = ({ expectations }: Awaited<ReturnType<typeof rehearsed>>): readonly string[] =>
  expectations.filter(({ held }) => !held).map(({ expected, came }) => `${expected}: ${came}`);
