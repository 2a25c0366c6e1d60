import { afterAll, beforeAll, describe, test } from 'vitest';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { corpusSuite } from './corpus.suite.ts';
import { hasCorpus, noCorpus } from './corpus.ts';
import { realServer, type Server, simulatedServer } from './server.ts';

describe('the corpus on the simulated server', () => {
  if (!hasCorpus) return void test.skip(noCorpus);
  let server: Server;
  beforeAll(async () => {
    server = await simulatedServer();
  });
  afterAll(() => server?.stop());
  corpusSuite(() => server);
});

describeOnControlPlane('the corpus on the real control plane', 'controllers', (binaries) => {
  if (!hasCorpus) return void test.skip(noCorpus);
  let server: Server;
  beforeAll(async () => {
    server = await realServer(binaries);
  });
  afterAll(() => server?.stop());
  corpusSuite(() => server);
});
