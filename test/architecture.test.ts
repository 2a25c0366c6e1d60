import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { edges, pureFiles, touches } from './architecture/edges.ts';
import { type Import, root, type Source, sources, tests } from './architecture/sources.ts';
import { unusedExports } from './architecture/unused-exports.ts';
import { sharesProcess } from './shared-process.ts';

/** `shared/apply/slice.ts` is of the capability `apply`. */
const capabilityOf = (path: string): string | undefined => /^shared\/([^/]+)\//.exec(path)?.[1];

/** What every capability stands on: the words, their expressions, and what comes from outside. `access` is the one authorisation function. */
const ground = ['rollout', 'cel', 'outside', 'ledger', 'blobs', 'secrets', 'access'];

/** The imports that a rule forbids, as `from -> to`. */
const forbidden = (of: RegExp, isForbidden: (each: Import, source: Source) => boolean): readonly string[] =>
  sources
    .filter(({ path }) => of.test(path))
    .flatMap((source) =>
      source.imports.filter((each) => isForbidden(each, source)).map(({ from }) => `${source.path} -> ${from}`),
    );

describe('the direction of imports', () => {
  it('leads from the state machines over the functions to the capabilities, and never back', () => {
    expect(forbidden(/^shared\//, ({ from }) => /^(functions|local|console|cli|bench|test)\//.test(from))).toEqual([]);
    expect(forbidden(/^functions\//, ({ from }) => /^(local|cli|bench|test)\//.test(from))).toEqual([]);
    expect(forbidden(/^console\//, ({ from }) => /^(functions|local|cli|bench|test)\//.test(from))).toEqual([]);
    expect(forbidden(/^(local|cli)\//, ({ from }) => /^(bench|test)\//.test(from))).toEqual([]);
  });

  it('keeps capabilities apart: what they share is a type, and the state machine calls one after the other', () => {
    const across = forbidden(/^shared\//, ({ from, isType }, { path }) => {
      const to = capabilityOf(from);
      return !isType && to !== undefined && to !== capabilityOf(path) && !ground.includes(to);
    });
    // A cluster's own failure, which applying tells from the failures it reports of objects.
    expect(across).toEqual(['shared/apply/writing.ts -> shared/clouds/cluster.ts']);
  });

  it('lets nothing on the ground stand on a capability', () => {
    const below = forbidden(/^shared\/(rollout|cel|outside|ledger|blobs|secrets|access)\//, ({ from, isType }) => {
      const to = capabilityOf(from);
      return !isType && to !== undefined && !ground.includes(to);
    });
    expect(below).toEqual([]);
  });

  it('lets shared/rollout import nothing but a hash', () => {
    const outward = forbidden(/^shared\/rollout\//, ({ from }) => capabilityOf(from) !== 'rollout');
    expect(outward).toEqual(['shared/rollout/digest.ts -> node:crypto']);
  });

  it('lets the engine know nothing of Tidegate', () => {
    expect(forbidden(/^local\/engine\//, ({ from }) => /^(?!local\/engine\/)[\w-]+\//.test(from))).toEqual([]);
  });

  it('makes no circle', () => {
    const byPath = new Map(sources.map((source) => [source.path, source]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, way: readonly string[]): void => {
      if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' -> '));
      if (done.has(path) || way.includes(path)) return;
      for (const { from, isType } of byPath.get(path)?.imports ?? []) if (!isType) visit(from, [...way, path]);
      done.add(path);
    };
    for (const { path } of sources) visit(path, []);
    expect(circles).toEqual([]);
  });
});

describe('a file that touches the outside', () => {
  it('is on the list of those that do, for exactly what it touches', () => {
    const found = Object.fromEntries(
      sources
        // Programs that measure are run by hand and are no part of the product.
        .filter(({ path }) => !path.startsWith('bench/'))
        .map((source) => [source.path, touches(source)] as const)
        .filter(([, touched]) => touched.length > 0),
    );
    const strange = Object.entries(found).flatMap(([path, touched]) =>
      touched.filter((what) => !edges[path]?.includes(what)).map((what) => `${path} touches ${what}`),
    );
    expect(strange).toEqual([]);
  });

  it('still does, or leaves the list', () => {
    const gone = Object.entries(edges).flatMap(([path, listed]) => {
      const source = sources.find((each) => each.path === path);
      const touched = source === undefined ? [] : touches(source);
      return listed.filter((what) => !touched.includes(what)).map((what) => `${path} no longer touches ${what}`);
    });
    expect(gone).toEqual([]);
  });

  it('is never a decider', () => {
    expect(Object.keys(edges).filter((path) => pureFiles.test(path))).toEqual([]);
  });
});

describe('a file', () => {
  it('has at most 300 lines', () => {
    const long = sources.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines}`);
    expect(long).toEqual([]);
  });

  it('is no barrel, and lies in no folder that says nothing', () => {
    const unnamed = [...sources, ...tests].filter(({ path }) =>
      /(^|\/)(index\.ts$|(utils?|helpers?|common|misc)(\/|\.ts$))/.test(path),
    );
    expect(unnamed.map(({ path }) => path)).toEqual([]);
  });

  it('exports nothing that nobody imports', () => {
    expect(unusedExports(sources, tests)).toEqual([]);
  });
});

describe('a function', () => {
  const files = globSync('functions/*.ts', { cwd: root })
    .map((file) => file.slice('functions/'.length, -'.ts'.length))
    .filter((name) => name !== 'outside')
    .sort();
  const keyOf = (file: string): string => file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const deployed: Readonly<Record<string, { readonly handler: string; readonly events?: unknown }>> = parse(
    readFileSync(join(root, 'serverless.yml'), 'utf8'),
    { merge: true },
  ).functions;
  const machines = globSync('statemachines/*.yml', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
  const states = machines.flatMap((text) =>
    [...text.matchAll(/^\s*FunctionName: \{ Fn::GetAtt: \[(\w+), Arn\] \}$/gm)].map(([, key = '']) => key),
  );

  it('has one name: of its file, its factory and in serverless.yml', () => {
    expect(files.map((file) => [keyOf(file), `functions/${file}.handler`])).toEqual(
      Object.entries(deployed)
        .map(([key, { handler }]) => [key, handler])
        .sort(),
    );
    const wrong = files.filter((file) => {
      const source = sources.find(({ path }) => path === `functions/${file}.ts`);
      return !source?.exports.includes(keyOf(file)) || !source.exports.includes('handler');
    });
    expect(wrong).toEqual([]);
  });

  it('is called by a state of its name, or by an event', () => {
    const called = Object.entries(deployed).filter(
      ([key, { events }]) => states.includes(key) !== (events !== undefined),
    );
    expect(called.map(([key]) => key).sort()).toEqual(Object.keys(deployed).sort());
    expect(states.filter((key) => deployed[key] === undefined)).toEqual([]);
  });

  it('is made as a step of a rollout where a state calls it, and as nothing else where none does', () => {
    const made = sources.filter(({ path }) => /^functions\/[\w-]+\.ts$/.test(path));
    const asSteps = made.filter(({ code }) => /\b(rollout|deployment)Task\(/.test(code));
    expect(asSteps.map(({ path }) => keyOf(path.slice('functions/'.length, -'.ts'.length))).sort()).toEqual(
      states.toSorted(),
    );
  });

  it('logs messages that are the same for all: what is about one target is a field', () => {
    // Those two hand on the message that they were given.
    const calls = sources
      .filter(
        ({ path }) =>
          /^(functions|shared|console)\//.test(path) && !/^shared\/lambda\/(hide|seal)-private\.ts$/.test(path),
      )
      .flatMap(({ path, text }) =>
        [...text.matchAll(/\blog\??(?:\.(?:info|warn|error)|\[\w+\])\(\s*(.)/g)].map(
          ([, first]) => [path, first] as const,
        ),
      );
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter(([, first]) => first !== "'")).toEqual([]);
  });
});

describe('a test', () => {
  it('replaces no module of ours, and leaves nothing for later', () => {
    const left = tests.filter(({ code }) => /\bvi\.(mock|doMock|hoisted)\(|\.(todo|only)\(/.test(code));
    expect(left.map(({ path }) => path)).toEqual([]);
  });

  it('has a process of its own where it, or what it loads, does something to the process', () => {
    const files = {
      'test/rollout/end-of.test.ts': true,
      'test/engine/crash.test.ts': true,
      'test/journeys/all-passes.test.ts': false,
      'test/virtual/virtual-time.test.ts': false,
      'test/cli/apply.test.ts': false,
      'test/outside/aws-request-handler.test.ts': false,
    };
    expect(Object.fromEntries(Object.keys(files).map((file) => [file, sharesProcess(file)]))).toEqual(files);
  });

  it('is skipped only where a program or the corpus is missing, by name', () => {
    const skipping = tests.filter(({ code }) => /\b(it|test|describe)\.skip\(/.test(code)).map(({ path }) => path);
    expect(skipping).toEqual([
      'test/analysis/program.ts',
      'test/apply/corpus.test.ts',
      'test/apply/kubectl.test.ts',
      'test/apply/microservices-demo.test.ts',
      'test/apply/settled/kstatus-upstream.test.ts',
      'test/cluster-ports.test.ts',
      'test/control-plane/binaries.ts',
      'test/fleet/metrics/metrics.test.ts',
      'test/fleet/metrics/promql.test.ts',
      'test/ledger/dynamodb-local.ts',
      'test/outside/moto.ts',
      'test/packaging/cfn-lint.test.ts',
      'test/packaging/checkov.test.ts',
      'test/presets/zookeeper.test.ts',
    ]);
  });
});
