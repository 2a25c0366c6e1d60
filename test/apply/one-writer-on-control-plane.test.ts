import { afterAll, beforeAll } from 'vitest';
import { describeOnControlPlane } from '../control-plane/binaries.ts';
import { oneWriterSuite } from './one-writer.suite.ts';
import { realServer, type Server } from './server.ts';

describeOnControlPlane('one writer, on the real API server', 'controllers', (binaries) => {
  let server: Server;
  beforeAll(async () => {
    server = await realServer(binaries);
  });
  afterAll(() => server?.stop());
  oneWriterSuite(() => server);
});
