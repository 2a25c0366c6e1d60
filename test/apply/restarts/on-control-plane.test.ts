import { describeOnRealServer } from '../server.ts';
import { restartsSuite } from './restarts.suite.ts';

describeOnRealServer('restarts on the real control plane', {
  'ordered restarts': (server) => restartsSuite(server, 4_000),
});
